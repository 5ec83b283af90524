import type { JobSnapshot } from '../../model/job';
import type { Session } from '../../providers/provider';

/** Channels open at once at one endpoint: servers allow few. Jobs without a channel are polled. */
const maxChannels = 8;

export interface Listener {
	received: (snapshot: JobSnapshot) => void;
	/**
	 * The channel has ended: the job has ended, the server closed the channel, or it broke. Not called after `close`.
	 */
	ended: () => void;
}

/** The push channels of an endpoint, at most one for each job. After a channel ends, its job is polled. */
export class Channels {
	private readonly running = new Map<string, AbortController>();

	/** @param watch opens a channel; undefined if the provider cannot push */
	constructor(private readonly watch: Session['watch']) {}

	open(id: string, listener: Listener): void {
		if (!this.watch || this.running.size >= maxChannels || this.running.has(id)) return;
		const stop = new AbortController();
		this.running.set(id, stop);
		void this.listen(this.watch(id, { signal: stop.signal }), stop.signal, listener).finally(() => {
			if (this.running.get(id) === stop) this.running.delete(id);
		});
	}

	close(id: string): void {
		this.running.get(id)?.abort();
		this.running.delete(id);
	}

	private async listen(
		channel: AsyncIterable<JobSnapshot>,
		signal: AbortSignal,
		{ received, ended }: Listener,
	): Promise<void> {
		try {
			for await (const snapshot of channel) if (!signal.aborted) received(snapshot);
		} catch {
			// The poll that follows shows the cause, if it matters.
		}
		if (!signal.aborted) ended();
	}
}
