import type { Clock, Random } from './clock';
import type { Expectation } from './durations';
import { type Running, worthLookingAt } from './lateness';
import { nextPollMs, schedule } from './schedule';

export interface CadenceOptions {
	/** Whether one poll for all costs about as much as one for a single job. */
	bulk: boolean;
	floorMs: number;
	/** As `floorMs`, where it is known how long such jobs run. */
	learnedFloorMs?: number;
	/** How long jobs like this one run, once that is known, and since when it does (ms since the epoch). */
	expected?: (jobId: string) => (Expectation & { since: number }) | undefined;
	clock: Clock;
	random: Random;
}

/** A job as far as its looks go. */
export interface Looked {
	id: string;
	/** When somebody began to wait for it, ms since the epoch. */
	since: number;
	/** When it was last seen not to have ended; null where nobody has looked yet. */
	lastRunning: number | null;
}

/** When jobs are looked at: by what is known of their kind, else in growing steps. */
export class Cadence {
	constructor(private readonly options: CadenceOptions) {}

	/** The first look at a job that somebody begins to wait for; infinite where it is looked at together with others. */
	firstLookAt(job: Looked): number {
		const { clock, random, floorMs } = this.options;
		return this.byItsKind(job) ?? clock.now() + nextPollMs(0, floorMs, random);
	}

	/** Whether it is known how long jobs like it run, and since when it does. */
	knows(job: Looked): boolean {
		return this.running(job) !== undefined;
	}

	/** The look after one just now. */
	nextLookAt(job: Looked): number {
		const { clock, random, floorMs } = this.options;
		const now = clock.now();
		return this.byItsKind(job) ?? now + nextPollMs(now - job.since, floorMs, random);
	}

	/** The next look at those that are looked at together, one request for all of them; infinite where there are none. @param lookedAt when the last one was */
	together(jobs: readonly Looked[], lookedAt: number): number {
		const running = jobs.flatMap((job) => this.running(job) ?? []);
		return running.length === 0 ? Number.POSITIVE_INFINITY : Math.max(lookedAt + this.learnedFloorMs, worthLookingAt(running, schedule.learnedCapMs));
	}

	private get learnedFloorMs(): number {
		return Math.max(schedule.learnedFastestMs, this.options.learnedFloorMs ?? this.options.floorMs);
	}

	private byItsKind(job: Looked): number | undefined {
		const running = this.running(job);
		if (!running) return undefined;
		if (this.options.bulk) return Number.POSITIVE_INFINITY;
		return Math.max(this.options.clock.now() + this.learnedFloorMs, worthLookingAt([running], schedule.learnedCapMs));
	}

	/** undefined where nothing is known of its kind. */
	private running({ id, lastRunning }: Looked): Running | undefined {
		const expectation = this.options.expected?.(id);
		return expectation && { since: expectation.since, seenAt: lastRunning ?? expectation.since, expectation };
	}
}
