import { MinuteWindow } from './limits';

/**
 * What the real server keeps in its Redis: the numbers of webhook events, and the counters of its limits.
 * Jobs, idempotency keys and the state of the provider's key are in its database, and outlive this.
 */
export class Redis {
	/** Runs begun a minute: the real server counts these where the document counts requests. */
	readonly begun = new MinuteWindow();
	/** Running jobs by id, with their tenants. */
	private readonly slots = new Map<string, string>();
	/**
	 * Starts at the present time, because the server keeps its Redis over a restart, and a receiver may remember ids
	 * for days.
	 */
	private events = Math.floor(Date.now() / 1000);

	/** The number of the next webhook event. */
	nextEvent(): number {
		return (this.events += 1);
	}

	/** How many jobs of the tenant it knows to run. */
	running(tenant: string): number {
		return [...this.slots.values()].filter((owner) => owner === tenant).length;
	}

	/** A job begins to run. */
	occupy(jobId: string, tenant: string): void {
		this.slots.set(jobId, tenant);
	}

	/** A job does not run any more. */
	release(jobId: string): void {
		this.slots.delete(jobId);
	}

	/** Clears the counters of the limits. */
	clearLimits(): void {
		this.begun.clear();
		this.slots.clear();
	}

	/** Empties it: events are counted from 1 again. */
	flush(): void {
		this.clearLimits();
		this.events = 0;
	}
}
