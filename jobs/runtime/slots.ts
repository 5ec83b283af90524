import { FairQueue, waitForTurn } from './fairQueue';

/** A place among the jobs in flight. */
export interface Slot {
	/** The job that holds it from now on. */
	assign(jobId: string): void;
	/** Gives it back; once is enough, more does no harm. */
	release(): void;
}

/**
 * How many jobs an endpoint has in flight. A slot is held from before the submit until the job is seen to have
 * ended, by whoever sees it. While somebody waits for a slot, `onContention` names the jobs that hold one, so that
 * they can be asked after even if nobody else is waiting for them.
 */
export class Slots {
	private held = 0;
	private readonly byJob = new Map<string, () => void>();
	private readonly queue = new FairQueue<() => void>();

	/** @param limit null: unlimited */
	constructor(
		private readonly limit: number | null,
		private readonly onContention: (jobIds: string[]) => void,
	) {}

	/** @param group who it is for: groups take turns */
	async acquire(signal?: AbortSignal, group = ''): Promise<Slot> {
		if (this.full) {
			await this.turn(signal, group);
		} else {
			this.held++;
		}
		return this.slot();
	}

	/** The job was seen to have ended. */
	settle(jobId: string): void {
		this.byJob.get(jobId)?.();
	}

	get contended(): boolean {
		return this.queue.size > 0;
	}

	get full(): boolean {
		return this.limit !== null && this.held >= this.limit;
	}

	/** Slots that are held; without a limit, submits under way. */
	get inFlight(): number {
		return this.held;
	}

	get waiting(): number {
		return this.queue.size;
	}

	private slot(): Slot {
		let open = true;
		let boundTo: string | null = null;
		const release = () => {
			if (!open) return;
			open = false;
			if (boundTo !== null && this.byJob.get(boundTo) === release) this.byJob.delete(boundTo);
			const next = this.queue.shift();
			if (next) next();
			else this.held--;
		};
		return {
			release,
			assign: (jobId) => {
				// A replayed key answers with a job that holds a slot already: one job, one slot.
				if (this.byJob.has(jobId)) return release();
				// Without a limit nobody waits for its end, and nobody may ever see it.
				if (this.limit === null) return release();
				boundTo = jobId;
				this.byJob.set(jobId, release);
				if (this.contended) this.onContention([jobId]);
			},
		};
	}

	private turn(signal: AbortSignal | undefined, group: string): Promise<void> {
		const turn = waitForTurn(this.queue, group, signal);
		if (this.contended) this.onContention([...this.byJob.keys()]);
		return turn;
	}
}
