import type { Json } from '../../memory/memory';
import { fakeEndpoint } from '../../test/support/fakeEndpoint';
import { type Load, simulate } from '../../test/support/simulation';
import type { ScopedLearned } from './learnedValues';
import { recordFigure } from '../../test/support/figures';
import { never } from '../runtime/clock';

it.each([2_000, 20_000])(
	'two hundred jobs of about %i ms, five at a time, polled alone: near what blind polling can reach',
	async (meanMs) => {
		const { makespan, requestsPerJob, medianDelay } = await simulate({
			jobs: 200,
			inFlight: 5,
			meanMs,
			requestsPerMinute: null,
		});
		// For bulk polling of c jobs without push, delay × extra requests per job is at least 1 / 2c. Here that is a
		// tenth.
		expect(medianDelay * (requestsPerJob - 1)).toBeLessThanOrEqual(0.13);
		expect(medianDelay).toBeLessThan(0.12);
		expect(makespan).toBeLessThan(1.14);
		expect(requestsPerJob).toBeLessThan(2.3);
		if (meanMs === 2_000) {
			recordFigure('polling.delay', `${(100 * medianDelay).toFixed(1)} % of the duration`);
			recordFigure('polling.requests', `${requestsPerJob.toFixed(2)} requests per job`);
		}
	},
	60_000,
);

it('with many jobs in flight, one poll serves them all', async () => {
	expect(
		(await simulate({ jobs: 400, inFlight: 50, meanMs: 2_000, requestsPerMinute: null })).requestsPerJob,
	).toBeLessThan(1.25);
}, 60_000);

it('where ends are announced, few jobs are polled, and an end without announcement is found', async () => {
	const load = { jobs: 400, inFlight: 5, meanMs: 2_000, requestsPerMinute: null };
	const always = await simulate({ ...load, push: { afterMs: 30, share: 1 } });
	expect(always.requestsPerJob).toBeLessThan(1.08);
	expect(always.medianDelay).toBeLessThan(0.02);
	expect(always.makespan).toBeLessThan(1.05);
	const mostly = await simulate({ ...load, push: { afterMs: 30, share: 0.9 } });
	expect(mostly.requestsPerJob).toBeLessThan(1.5);
	expect(mostly.makespan).toBeLessThan(1.25);
}, 60_000);

describe('a batch after a restart, which begins with learned values', () => {
	/** Saved values that are kept after the endpoint is gone, as in the memory. */
	function keeper(): ScopedLearned {
		const values: Record<string, Json> = {};
		return {
			read: async () => ({ ...values }),
			write: (more) => void Object.assign(values, JSON.parse(JSON.stringify(more))),
			digest: (text) => text,
		};
	}

	async function warm(load: Load) {
		const learned = keeper();
		await simulate({ ...load, learned });
		return await simulate({ ...load, learned });
	}

	it.each([
		[2_000, 1.9],
		[20_000, 1.92],
	])(
		'for jobs of about %i ms, needs at most %d requests each and sees ends within a tenth of their time',
		async (meanMs, requests) => {
			const result = await warm({ jobs: 3_000, inFlight: 5, meanMs, requestsPerMinute: null });
			expect(result.requestsPerJob).toBeLessThanOrEqual(requests);
			expect(result.medianDelay).toBeLessThanOrEqual(0.105);
			expect(result.makespan).toBeLessThanOrEqual(1.13);
		},
		60_000,
	);

	it.each([5, 50])(
		'polls few jobs where ends are announced, %i in flight',
		async (inFlight) => {
			const result = await warm({
				jobs: 400,
				inFlight,
				meanMs: 2_000,
				requestsPerMinute: null,
				push: { afterMs: 60, share: 1 },
			});
			expect(result.requestsPerJob).toBeLessThanOrEqual(1.01);
		},
		60_000,
	);

	it('polls few jobs although announcements arrive after different times', async () => {
		const result = await warm({
			jobs: 400,
			inFlight: 5,
			meanMs: 2_000,
			requestsPerMinute: null,
			push: { afterMs: 400, share: 1 },
		});
		expect(result.requestsPerJob).toBeLessThanOrEqual(1.03);
	}, 60_000);
});

it('where requests are as scarce as slots, polls leave them to the submits', async () => {
	// The limit is 120 requests per minute; the slots would allow 150 jobs per minute. With one poll for every five
	// jobs, the requests are enough for a hundred jobs.
	const { makespan, requestsPerJob } = await simulate({
		jobs: 400,
		inFlight: 5,
		meanMs: 2_000,
		requestsPerMinute: 120,
	});
	expect(requestsPerJob).toBeLessThan(1.35);
	expect(makespan).toBeLessThan(1.75);
}, 60_000);

const forever = { deadline: never };

it('durations are learned: no job is polled before it can have ended', async () => {
	const { clock, endpoint, submit, log } = fakeEndpoint({ jobMs: 60_000 });
	const once = async (key: string) => {
		const { job } = await clock.until(submit(key));
		await clock.until(endpoint.jobs.wait(job.id ?? '', forever));
	};
	await once('first');
	const atFirst = log.polls;
	for (let n = 0; n < 8; n++) await once(`job ${n}`);
	const before = log.polls;
	await once('last');
	expect(atFirst).toBeGreaterThan(15);
	expect(log.polls - before).toBeLessThanOrEqual(3);
});

it('an end that is seen much later changes no learned duration', async () => {
	const { clock, endpoint, submit } = fakeEndpoint({ jobMs: 1_000 });
	for (let n = 0; n < 10; n++) {
		const { job } = await clock.until(submit(`late ${n}`));
		await clock.advance(300_000);
		await clock.until(endpoint.jobs.wait(job.id ?? '', forever));
	}
	const { job } = await clock.until(submit('now'));
	const began = clock.now();
	await clock.until(endpoint.jobs.wait(job.id ?? '', forever));
	expect(clock.now() - began).toBeLessThanOrEqual(1_600);
});

it('a wait that begins late does not wait for the earliest end again', async () => {
	const { clock, endpoint, submit } = fakeEndpoint({ jobMs: 60_000 });
	for (let n = 0; n < 8; n++) {
		const { job } = await clock.until(submit(`job ${n}`));
		await clock.until(endpoint.jobs.wait(job.id ?? '', forever));
	}
	const { job } = await clock.until(submit('late'));
	const began = clock.now();
	await clock.advance(50_000);
	await clock.until(endpoint.jobs.wait(job.id ?? '', forever));
	expect(clock.now() - began).toBeLessThanOrEqual(60_000 * 1.25);
});
