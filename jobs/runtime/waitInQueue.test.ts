import { getEventListeners } from 'node:events';
import { FairQueue, waitInQueue } from './fairQueue';

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

it('resolves when its entry is called, and then listens to the signal no more', async () => {
	const queue = new FairQueue<() => void>();
	const stop = new AbortController();
	const aborted = jest.fn();
	const wait = waitInQueue(queue, 'a', stop.signal, aborted);
	expect([queue.size, listeners(stop.signal)]).toEqual([1, 1]);
	queue.shift()?.();
	await wait;
	expect(listeners(stop.signal)).toBe(0);
	stop.abort();
	expect(aborted).not.toHaveBeenCalled();
});

it('leaves the queue when the signal aborts, before it reports that', async () => {
	const queue = new FairQueue<() => void>();
	const stop = new AbortController();
	const sizes: number[] = [];
	const wait = waitInQueue(queue, 'a', stop.signal, () => sizes.push(queue.size));
	const other = waitInQueue(queue, 'a', undefined);
	stop.abort();
	await expect(wait).rejects.toMatchObject({ code: 'canceled', delivery: 'notSent' });
	expect([sizes, queue.size]).toEqual([[1], 1]);
	queue.shift()?.();
	await other;
});

it('with an aborted signal it never enters the queue', async () => {
	const queue = new FairQueue<() => void>();
	const aborted = jest.fn();
	await expect(waitInQueue(queue, 'a', AbortSignal.abort(), aborted)).rejects.toMatchObject({ code: 'canceled' });
	expect([queue.size, aborted.mock.calls.length]).toEqual([0, 0]);
});
