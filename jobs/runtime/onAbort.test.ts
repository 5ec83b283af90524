import { abortable, systemClock } from './clock';
import { FairQueue, waitInQueue } from './fairQueue';
import { onAbort } from './onAbort';

it('each wait is called once, in order, and not after it has ended', () => {
	const stop = new AbortController();
	const called: number[] = [];
	const forget = [1, 2, 3].map((number) => onAbort(stop.signal, () => called.push(number)));
	forget[1]?.();
	stop.abort();
	forget[0]?.();
	expect(called).toEqual([1, 3]);
});

it('a wait that another one ends during the abort is not called', () => {
	const stop = new AbortController();
	const called: string[] = [];
	const forget: Array<() => void> = [];
	forget.push(onAbort(stop.signal, () => forget[1]?.()));
	forget.push(onAbort(stop.signal, () => called.push('second')));
	stop.abort();
	expect(called).toEqual([]);
});

it('a signal that nobody waits for has no listener', () => {
	const { signal } = new AbortController();
	const added = jest.spyOn(signal, 'addEventListener');
	const removed = jest.spyOn(signal, 'removeEventListener');
	const forget = [1, 2, 3].map(() => onAbort(signal, () => undefined));
	for (const end of forget) end();
	for (const end of forget) end();
	expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([1, 1]);
	onAbort(signal, () => undefined);
	expect(added).toHaveBeenCalledTimes(2);
});

it.each<[string, (signal: AbortSignal) => Promise<unknown>]>([
	['a sleep', (signal) => systemClock.sleep(60_000, signal)],
	['work', (signal) => abortable(new Promise(() => undefined), signal)],
	['a queue', (signal) => waitInQueue(new FairQueue(), '', signal)],
])('any number of waits of %s on one signal add one listener to it', async (_what, wait) => {
	const stop = new AbortController();
	const added = jest.spyOn(stop.signal, 'addEventListener');
	const waits = Array.from({ length: 2_000 }, () => wait(stop.signal).catch(() => undefined));
	// Adding a listener takes as long as there are listeners.
	expect(added).toHaveBeenCalledTimes(1);
	stop.abort();
	await Promise.all(waits);
});
