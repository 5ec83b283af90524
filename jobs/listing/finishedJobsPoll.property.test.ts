import fc from 'fast-check';
import { ListingProvider, type Made, pollOptions } from '../../test/support/listedJobs';
import { finishedJobsLimits, type JobsState, takenBack } from './finishedJobs';
import { pollFinished, pollLimits } from './finishedJobsPoll';

describe('the state over many polls', () => {
	const usual = { ...finishedJobsLimits, ...pollLimits };
	beforeAll(() => {
		// The limits are small, so that a run reaches them.
		Object.assign(finishedJobsLimits, { known: 20, sure: 3, windowMs: 50, quietRows: 2 });
		Object.assign(pollLimits, { jobs: 2, jobsAtOnce: 1 });
	});
	afterAll(() => {
		Object.assign(finishedJobsLimits, {
			known: usual.known,
			sure: usual.sure,
			windowMs: usual.windowMs,
			quietRows: usual.quietRows,
		});
		Object.assign(pollLimits, { jobs: usual.jobs, jobsAtOnce: usual.jobsAtOnce });
	});

	/**
	 * Each job is made some ms after the one before, or together with it. The list shows it at most 40 ms late. A few
	 * never end.
	 */
	const jobs = fc
		.array(
			fc.record({
				gap: fc.constantFrom(0, 8, 8, 30),
				late: fc.constantFrom(0, 0, 0, 15, 40),
				isIncomplete: fc.boolean(),
				runs: fc.oneof(
					fc.integer({ min: 0, max: 60 }),
					fc.integer({ min: 100, max: 900 }),
					fc.constant(Number.POSITIVE_INFINITY),
				),
				order: fc.nat(99),
			}),
			{ maxLength: 60 },
		)
		.map((list) => {
			let time = 0;
			let atOnce = 0;
			return list.map(({ gap, late, isIncomplete, runs, order }, n): Made => {
				atOnce = gap === 0 ? atOnce + 1 : 0;
				time += atOnce > 1 ? 8 : gap;
				return {
					id: `${order}-${n}`,
					createdAt: time,
					visibleAt: time + late,
					endsAt: time + runs,
					isIncomplete,
				};
			});
		});
	const steps: fc.Arbitrary<Step[]> = fc.array(
		fc.record({
			wait: fc.constantFrom(0, 5, 40, 200),
			maxJobs: fc.integer({ min: 1, max: 6 }),
			restart: fc.boolean(),
			dies: fc.boolean(),
			pageSize: fc.integer({ min: 1, max: 7 }),
			pageMs: fc.constantFrom(0, 0, 3),
			fails: fc.constantFrom('no', 'no', 'no', 'list', 'poll'),
			hasTime: fc.boolean(),
		}),
		{ maxLength: 40 },
	);

	interface Step {
		wait: number;
		maxJobs: number;
		restart: boolean;
		/** The process dies after the state was saved and before the run was. */
		dies: boolean;
		pageSize: number;
		pageMs: number;
		fails: string;
		hasTime: boolean;
	}

	/**
	 * Polls as n8n does. The state is always in memory. It is in the database after the first poll, and after each poll
	 * that returned jobs.
	 */
	async function runs(
		made: Made[],
		steps: Step[],
		start: number,
		repeats: boolean,
	): Promise<{ handedOn: string[]; due: string[] }> {
		const provider = new ListingProvider(made);
		provider.now = start;
		let draw = 0;
		const random = () => (draw += 0.618) % 1;
		const handedOn: string[] = [];
		let memory = '';
		let saved = '';

		const once = async (
			maxJobs: number,
			{ hasTime, dies }: Pick<Step, 'hasTime' | 'dies'> = { hasTime: true, dies: false },
		) => {
			const before = memory === '' ? null : (JSON.parse(memory) as JobsState);
			const result = await pollFinished(
				provider.endpoint(),
				pollOptions(before, { maxJobs, random, hasTime: () => hasTime }),
			);
			// The first item that fails, and the items after it, wait for the next poll.
			const count = Math.ceil(result.finished.length * ((draw += 0.3) % 1));
			memory = JSON.stringify(result.after(count).state);
			if (before === null || count > 0) saved = memory;
			if (dies) memory = JSON.stringify(takenBack(JSON.parse(saved) as JobsState));
			else for (const { snapshot } of result.finished.slice(0, count)) handedOn.push(snapshot.job.id ?? '');
			return result.finished.length;
		};
		const due = made
			.filter(({ visibleAt, endsAt }) => Number.isFinite(endsAt) && !(visibleAt <= start && endsAt <= start))
			.map(({ id }) => id);
		await once(5);
		for (const step of steps) {
			const { wait, maxJobs, restart, pageSize, pageMs, fails, dies } = step;
			provider.now += wait;
			if (restart) memory = repeats ? JSON.stringify(takenBack(JSON.parse(saved) as JobsState)) : saved;
			Object.assign(provider, {
				pageSize,
				pageMs,
				failAfterRows: fails === 'list' ? 2 : Number.POSITIVE_INFINITY,
				failPolls: fails === 'poll',
			});
			const before = memory;
			await once(maxJobs, { ...step, dies: dies && repeats }).catch(() => expect(memory).toBe(before));
		}
		Object.assign(provider, { pageMs: 0, failAfterRows: Number.POSITIVE_INFINITY, failPolls: false });
		provider.now += 100_000;
		for (let quiet = 0; quiet < 60; ) quiet = (await once(3)) === 0 ? quiet + 1 : 0;
		return { handedOn: handedOn.sort(), due: due.sort() };
	}

	it('every job that ends after the first poll is handed on exactly once, and no other', async () => {
		await fc.assert(
			fc.asyncProperty(jobs, steps, fc.nat(300), async (made, plan, start) => {
				const { handedOn, due } = await runs(made, plan, start, false);
				expect(handedOn).toEqual(due);
			}),
			{ numRuns: 400 },
		);
	}, 60_000);

	it('where the last jobs come again after every restart, none is lost with the process', async () => {
		await fc.assert(
			fc.asyncProperty(jobs, steps, fc.nat(300), async (made, plan, start) => {
				const { handedOn, due } = await runs(made, plan, start, true);
				expect([...new Set(handedOn)]).toEqual(due);
			}),
			{ numRuns: 400 },
		);
	}, 60_000);
});
