import type { Clock, Random } from './clock';
import type { Expectation } from './durations';
import { learnedPauseMs, nextPollMs } from './schedule';

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

/** When jobs are looked at: by what is known of their kind, else in growing steps. */
export class Cadence {
	constructor(private readonly options: CadenceOptions) {}

	/** The first look at a job that somebody begins to wait for. */
	firstLookAt(id: string): number {
		const { clock, random, floorMs, learnedFloorMs = floorMs } = this.options;
		const learned = this.learned(id);
		return learned ? Math.max(clock.now() + learnedFloorMs, learned.from) : clock.now() + nextPollMs(0, floorMs, random);
	}

	/** The look after one just now. @param since when somebody began to wait */
	nextLookAt(id: string, since: number): number {
		const { clock, random, floorMs } = this.options;
		const now = clock.now();
		const learned = this.learned(id);
		return learned ? Math.max(learned.from, now + learned.pause) : now + nextPollMs(now - since, floorMs, random);
	}

	/** In bulk one look serves all: those that come due one after the other wait for the next, or each would cost a look of its own. */
	gap(ids: Iterable<string>): number {
		if (!this.options.bulk) return 0;
		let gap = Number.POSITIVE_INFINITY;
		for (const id of ids) gap = Math.min(gap, this.learned(id)?.pause ?? 0);
		return Number.isFinite(gap) ? gap : 0;
	}

	/** When the job can have ended at the earliest, and the pause between looks at it; undefined where nothing is known of its kind. */
	private learned(id: string): { from: number; pause: number } | undefined {
		const { clock, expected, floorMs, learnedFloorMs = floorMs } = this.options;
		const expectation = expected?.(id);
		if (!expectation) return undefined;
		const { since, earliest } = expectation;
		return { from: since + earliest, pause: learnedPauseMs(expectation, clock.now() - since, learnedFloorMs) };
	}
}
