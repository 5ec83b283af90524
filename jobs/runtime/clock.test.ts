import { abortable, systemClock } from './clock';

beforeEach(() => {
	jest.useFakeTimers();
});
afterEach(() => {
	jest.useRealTimers();
});

/** The state of a promise now, without waiting for its end. */
const settled = async (work: Promise<unknown>): Promise<string> =>
	await Promise.race([
		work.then(
			() => 'done',
			(error: unknown) => (error as { code?: string }).code ?? 'failed',
		),
		jest.advanceTimersByTimeAsync(0).then(() => 'open'),
	]);

it('a sleep lasts for its time, and no longer', async () => {
	const sleep = systemClock.sleep(1_000);
	await jest.advanceTimersByTimeAsync(999);
	expect(await settled(sleep)).toBe('open');
	await jest.advanceTimersByTimeAsync(1);
	expect(await settled(sleep)).toBe('done');
});

it.each([2 ** 31, 30 * 86_400_000, 90 * 86_400_000])(
	'a sleep of %d ms, longer than a timer takes, does not end at once',
	async (ms) => {
		const sleep = systemClock.sleep(ms);
		await jest.advanceTimersByTimeAsync(ms - 1);
		expect(await settled(sleep)).toBe('open');
		await jest.advanceTimersByTimeAsync(1);
		expect(await settled(sleep)).toBe('done');
	},
);

it('an endless sleep can be aborted, and leaves no timer', async () => {
	const stop = new AbortController();
	const sleep = systemClock.sleep(Number.POSITIVE_INFINITY, stop.signal);
	const caught = expect(sleep).rejects.toMatchObject({ code: 'canceled', delivery: 'notSent' });
	await jest.advanceTimersByTimeAsync(60 * 86_400_000);
	stop.abort();
	await caught;
	expect(jest.getTimerCount()).toBe(0);
});

it('a sleep with an aborted signal is not begun', async () => {
	await expect(systemClock.sleep(1_000, AbortSignal.abort())).rejects.toMatchObject({ code: 'canceled' });
	expect(jest.getTimerCount()).toBe(0);
});

it('many sleeps under one signal leave no listener at it', async () => {
	const { signal } = new AbortController();
	const removed = jest.spyOn(signal, 'removeEventListener');
	const sleep = systemClock.sleep(10, signal);
	await jest.advanceTimersByTimeAsync(10);
	await sleep;
	expect(removed).toHaveBeenCalledTimes(1);
});

it('abortable work resolves as the work, or rejects as soon as its signal aborts', async () => {
	const stop = new AbortController();
	await expect(abortable(Promise.resolve(7), stop.signal)).resolves.toBe(7);
	await expect(abortable(Promise.reject(new Error('own')), stop.signal)).rejects.toThrow('own');
	const never = abortable(new Promise<never>(() => undefined), stop.signal);
	stop.abort();
	await expect(never).rejects.toMatchObject({ code: 'canceled' });
	await expect(abortable(Promise.resolve(7), stop.signal)).rejects.toMatchObject({ code: 'canceled' });
	await expect(abortable(Promise.resolve(7), undefined)).resolves.toBe(7);
});
