import type { JobSnapshot } from '../../model/job';
import type { Clock } from '../runtime/clock';

/** How long an end is kept for a wait that begins later, in ms. */
const keptMs = 10 * 60_000;
/** Ends kept, the newest ones. */
const maxKept = 1_000;

/** Ends of jobs that webhooks reported before a wait began: a webhook may be faster than the answer to the submit. */
export class Mailbox {
	/** Oldest first, as a Map keeps them. */
	private readonly letters = new Map<string, { snapshot: JobSnapshot; until: number }>();

	constructor(private readonly clock: Clock) {}

	put(id: string, snapshot: JobSnapshot): void {
		this.letters.delete(id);
		this.letters.set(id, { snapshot, until: this.clock.now() + keptMs });
		for (const [oldest, { until }] of this.letters) {
			if (this.letters.size <= maxKept && until > this.clock.now()) break;
			this.letters.delete(oldest);
		}
	}

	/** The end of this job, if it was reported. It stays for further waits. */
	read(id: string): JobSnapshot | undefined {
		const letter = this.letters.get(id);
		return letter && letter.until > this.clock.now() ? letter.snapshot : undefined;
	}
}
