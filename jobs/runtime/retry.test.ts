import fc from 'fast-check';
import { type ErrorCode, errorCodes, ImageError } from '../../model/errors';
import { VirtualClock, at } from '../../test/support/virtualClock';
import { retryDefaults, withRetry } from './retry';
import type { Moment } from './clock';

/** Work that fails with these errors one after the other, then succeeds. It records the times of its calls. */
function failing(clock: VirtualClock, ...errors: ImageError[]) {
	const calls: number[] = [];
	const work = async () => {
		calls.push(clock.now());
		const error = errors.shift();
		if (error) throw error;
		return 'done';
	};
	return { calls, work };
}

const network = () => new ImageError('network', { message: 'cut' });
const tooFast = (retryAfterMs: number | null = null) => new ImageError('rateLimited', { message: '429', retryAfterMs });

it('repeats retryable errors, with growing pauses of more than a second', async () => {
	const clock = new VirtualClock(0);
	const { calls, work } = failing(clock, network(), network(), network());
	await expect(clock.until(withRetry(work, { clock, random: () => 0 }))).resolves.toBe('done');
	expect(calls).toEqual([0, 1_200, 3_600, 8_400]);
});

it('gives up after its attempts, with the last error', async () => {
	const clock = new VirtualClock(0);
	const { calls, work } = failing(clock, ...Array.from({ length: 9 }, network));
	await expect(clock.until(withRetry(work, { clock, random: Math.random }))).rejects.toMatchObject({
		code: 'network',
	});
	expect(calls).toHaveLength(retryDefaults.attempts);
});

it('never repeats an error that is not retryable', async () => {
	const clock = new VirtualClock(0);
	const { calls, work } = failing(clock, new ImageError('auth', { message: '401' }));
	await expect(clock.until(withRetry(work, { clock, random: Math.random }))).rejects.toMatchObject({ code: 'auth' });
	expect(calls).toHaveLength(1);
});

it('never repeats what the caller forbids', async () => {
	const clock = new VirtualClock(0);
	const { calls, work } = failing(clock, network());
	await expect(
		clock.until(withRetry(work, { clock, random: Math.random, canRepeat: () => false })),
	).rejects.toMatchObject({ code: 'network' });
	expect(calls).toHaveLength(1);
});

it('waits for the pause that the provider asks for', async () => {
	const clock = new VirtualClock(0);
	const { calls, work } = failing(clock, tooFast(20_000));
	await clock.until(withRetry(work, { clock, random: () => 0 }));
	expect(calls).toEqual([0, 20_000]);
});

it('gives up at once where `Retry-After` is above the limit', async () => {
	const clock = new VirtualClock(0);
	const { calls, work } = failing(clock, tooFast(3_600_000));
	await expect(clock.until(withRetry(work, { clock, random: () => 0 }))).rejects.toMatchObject({
		code: 'rateLimited',
	});
	expect(calls).toHaveLength(1);
});

it('a rate-limited answer counts as no attempt before the deadline', async () => {
	const clock = new VirtualClock(0);
	const { calls, work } = failing(clock, ...Array.from({ length: 12 }, () => tooFast(1_000)));
	await expect(clock.until(withRetry(work, { clock, random: () => 0, deadline: at(600_000) }))).resolves.toBe('done');
	expect(calls).toHaveLength(13);
});

it('begins nothing after the deadline', async () => {
	const clock = new VirtualClock(0);
	const { calls, work } = failing(clock, ...Array.from({ length: 50 }, () => tooFast()));
	await expect(clock.until(withRetry(work, { clock, random: () => 0, deadline: at(10_000) }))).rejects.toMatchObject({
		code: 'rateLimited',
	});
	expect(Math.max(...calls)).toBeLessThanOrEqual(10_000);
});

it('ends its pause as soon as the signal aborts', async () => {
	const clock = new VirtualClock(0);
	const { work } = failing(clock, network());
	const stop = new AbortController();
	const result = withRetry(work, { clock, random: () => 0, signal: stop.signal });
	await clock.advance(100);
	stop.abort();
	await expect(result).rejects.toMatchObject({ code: 'canceled' });
});

it('property: only retryable errors are repeated, never before `Retry-After`, never after the deadline', async () => {
	const error = fc.record({
		code: fc.constantFrom<ErrorCode>(...errorCodes),
		retryAfterMs: fc.option(fc.integer({ min: 1, max: 300_000 })),
	});
	await fc.assert(
		fc.asyncProperty(
			fc.array(error, { maxLength: 12 }),
			fc.integer({ min: 0, max: 600_000 }),
			fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
			async (list, deadline, chance) => {
				const clock = new VirtualClock(0);
				const errors = list.map(
					({ code, retryAfterMs }) => new ImageError(code, { message: code, retryAfterMs }),
				);
				const { calls, work } = failing(clock, ...errors);
				const end = await clock
					.until(withRetry(work, { clock, random: () => chance, deadline: deadline as Moment }))
					.catch((thrown: unknown) => thrown);
				const met = errors.slice(0, calls.length);
				expect(end).toBe(met.length === calls.length ? met.at(-1) : 'done');
				expect(calls.slice(1).every((at) => at <= deadline)).toBe(true);
				for (const [n, at] of calls.slice(1).entries()) {
					expect(met[n]?.retryable).toBe(true);
					// The tolerance is needed because the clock's times are sums of fractions.
					expect(at - (calls[n] ?? 0)).toBeGreaterThan(Math.max(1_200, met[n]?.retryAfterMs ?? 0) - 1e-6);
				}
				expect(met.filter(({ code }) => code !== 'rateLimited').length).toBeLessThanOrEqual(
					retryDefaults.attempts,
				);
			},
		),
		{ numRuns: 150 },
	);
});

it('reports each pause before it, with its length', async () => {
	const clock = new VirtualClock(0);
	const { work } = failing(clock, network(), tooFast(9_000));
	const reported: Array<[string, number]> = [];
	await clock.until(
		withRetry(work, { clock, random: () => 0, onPause: (error, ms) => reported.push([error.code, ms]) }),
	);
	expect(reported).toEqual([
		['network', 1_200],
		['rateLimited', 9_000],
	]);
});
