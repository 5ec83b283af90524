import { MinuteWindow } from './limits';

/**
 * The data that the real server keeps in its Redis: the numbers of webhook events, and the counters of its limits.
 * Jobs, idempotency keys and the state of the provider's key are in its database, so a flush of Redis does not delete
 * them.
 */
export class Redis {
	/** Runs begun per minute. The real server limits these; the document limits requests. */
	readonly begun = new MinuteWindow();
	/** Running jobs by id, with their tenants. */
	private readonly slots = new Map<string, string>();
	/**
	 * Starts at the present time: the real server's Redis survives a restart, and a receiver may remember ids for days.
	 */
	private events = Math.floor(Date.now() / 1000);

	/** The number of the next webhook event. */
	nextEvent(): number {
		return (this.events += 1);
	}

	/** Number of the tenant's running jobs, as Redis knows it. */
	running(tenant: string): number {
		return [...this.slots.values()].filter((owner) => owner === tenant).length;
	}

	/** Records that a job begins to run. */
	occupy(jobId: string, tenant: string): void {
		this.slots.set(jobId, tenant);
	}

	/** Records that a job no longer runs. */
	release(jobId: string): void {
		this.slots.delete(jobId);
	}

	/** Clears the counters of the limits. */
	clearLimits(): void {
		this.begun.clear();
		this.slots.clear();
	}

	/** Deletes everything. Events are counted from 1 again. */
	flush(): void {
		this.clearLimits();
		this.events = 0;
	}
}
