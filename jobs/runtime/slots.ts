import { FairQueue, waitInQueue } from './fairQueue';

/** A slot for one job in flight. */
export interface Slot {
	/** The job that holds it from now on. */
	assign(jobId: string): void;
	/** Frees it; further calls do nothing. */
	release(): void;
}

/**
 * Limits how many jobs an endpoint has in flight. A slot is held from before the submit until the end of the job is
 * seen. While a submit waits for a slot, `onContention` gets the jobs that hold one, so that they are polled even if no
 * execution waits for them.
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

	/** @param group groups are queued fairly (`FairQueue`) */
	async acquire(signal?: AbortSignal, group = ''): Promise<Slot> {
		if (this.full) {
			await this.queued(signal, group);
		} else {
			this.held++;
		}
		return this.slot();
	}

	/** The end of the job was seen: its slot is freed. */
	settle(jobId: string): void {
		this.byJob.get(jobId)?.();
	}

	/** Whether a submit waits for a slot. */
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
		let isHeld = true;
		let assignedTo: string | null = null;
		const release = () => {
			if (!isHeld) return;
			isHeld = false;
			if (assignedTo !== null && this.byJob.get(assignedTo) === release) this.byJob.delete(assignedTo);
			const next = this.queue.shift();
			if (next) next();
			else this.held--;
		};
		return {
			release,
			assign: (jobId) => {
				// A repeated key returns a job that already holds a slot. One job has one slot.
				if (this.byJob.has(jobId)) return release();
				// Without a limit no submit waits for its end, and it may never be seen.
				if (this.limit === null) return release();
				assignedTo = jobId;
				this.byJob.set(jobId, release);
				if (this.contended) this.onContention([jobId]);
			},
		};
	}

	private queued(signal: AbortSignal | undefined, group: string): Promise<void> {
		const slot = waitInQueue(this.queue, group, signal);
		if (this.contended) this.onContention([...this.byJob.keys()]);
		return slot;
	}
}
