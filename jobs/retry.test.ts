import { ImageError } from '../model/errors';
import { VirtualClock } from '../test/support/virtualClock';
import { retryDefaults, withRetry } from './retry';

/** Fails with these in turn, then succeeds; notes when it was called. */
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

it('repeats what may succeed later, with growing pauses of more than a second', async () => {
	const clock = new VirtualClock(0);
	const { calls, work } = failing(clock, network(), network(), network());
	await expect(clock.until(withRetry(work, { clock, random: () => 0 }))).resolves.toBe('done');
	expect(calls).toEqual([0, 1_200, 3_600, 8_400]);
});

it('gives up after its attempts, with the last failure', async () => {
	const clock = new VirtualClock(0);
	const { calls, work } = failing(clock, ...Array.from({ length: 9 }, network));
	await expect(clock.until(withRetry(work, { clock, random: Math.random }))).rejects.toMatchObject({ code: 'network' });
	expect(calls).toHaveLength(retryDefaults.attempts);
});

it('never repeats what cannot succeed', async () => {
	const clock = new VirtualClock(0);
	const { calls, work } = failing(clock, new ImageError('auth', { message: '401' }));
	await expect(clock.until(withRetry(work, { clock, random: Math.random }))).rejects.toMatchObject({ code: 'auth' });
	expect(calls).toHaveLength(1);
});

it('never repeats what the caller forbids', async () => {
	const clock = new VirtualClock(0);
	const { calls, work } = failing(clock, network());
	await expect(clock.until(withRetry(work, { clock, random: Math.random, canRepeat: () => false }))).rejects.toMatchObject({ code: 'network' });
	expect(calls).toHaveLength(1);
});

it('waits as long as the provider asks', async () => {
	const clock = new VirtualClock(0);
	const { calls, work } = failing(clock, tooFast(20_000));
	await clock.until(withRetry(work, { clock, random: () => 0 }));
	expect(calls).toEqual([0, 20_000]);
});

it('gives up at once where the provider asks for longer than anyone waits', async () => {
	const clock = new VirtualClock(0);
	const { calls, work } = failing(clock, tooFast(3_600_000));
	await expect(clock.until(withRetry(work, { clock, random: () => 0 }))).rejects.toMatchObject({ code: 'rateLimited' });
	expect(calls).toHaveLength(1);
});

it('being told to slow down uses up no attempt while there is time', async () => {
	const clock = new VirtualClock(0);
	const { calls, work } = failing(clock, ...Array.from({ length: 12 }, () => tooFast(1_000)));
	await expect(clock.until(withRetry(work, { clock, random: () => 0, deadline: 600_000 }))).resolves.toBe('done');
	expect(calls).toHaveLength(13);
});

it('begins nothing after the deadline', async () => {
	const clock = new VirtualClock(0);
	const { calls, work } = failing(clock, ...Array.from({ length: 50 }, () => tooFast()));
	await expect(clock.until(withRetry(work, { clock, random: () => 0, deadline: 10_000 }))).rejects.toMatchObject({ code: 'rateLimited' });
	expect(Math.max(...calls)).toBeLessThanOrEqual(10_000);
});

it('ends its pause as soon as it is stopped', async () => {
	const clock = new VirtualClock(0);
	const { work } = failing(clock, network());
	const stop = new AbortController();
	const result = withRetry(work, { clock, random: () => 0, signal: stop.signal });
	await clock.advance(100);
	stop.abort();
	await expect(result).rejects.toMatchObject({ code: 'canceled' });
});
