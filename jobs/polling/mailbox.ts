import type { JobSnapshot } from '../../model/job';
import type { Clock } from '../runtime/clock';

/** How long a delivery is kept for somebody who is yet to wait for it, in ms. */
const keptMs = 10 * 60_000;
/** The newest so many. */
const most = 1_000;

/**
 * Ends of jobs that were told before anybody waited for them: a webhook may be quicker than the answer to the submit.
 */
export class Mailbox {
	/** Oldest first, as a Map keeps them. */
	private readonly letters = new Map<string, { snapshot: JobSnapshot; until: number }>();

	constructor(private readonly clock: Clock) {}

	put(id: string, snapshot: JobSnapshot): void {
		this.letters.delete(id);
		this.letters.set(id, { snapshot, until: this.clock.now() + keptMs });
		for (const [oldest, { until }] of this.letters) {
			if (this.letters.size <= most && until > this.clock.now()) break;
			this.letters.delete(oldest);
		}
	}

	/** What was told of this job; stays, for others who wait for it. */
	read(id: string): JobSnapshot | undefined {
		const letter = this.letters.get(id);
		return letter && letter.until > this.clock.now() ? letter.snapshot : undefined;
	}
}
