import { LearnedWrites } from './learnedWrites.ts';
import type { LearnedEntry } from './store.ts';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Writes that the test itself completes. */
function setUp() {
	const saved: LearnedEntry[][] = [];
	const open: Array<PromiseWithResolvers<undefined>> = [];
	const writes = new LearnedWrites((entries) => {
		saved.push(entries);
		const write = Promise.withResolvers<undefined>();
		open.push(write);
		return write.promise;
	});
	const end = async (index: number, error?: Error) => {
		if (error) open[index]?.reject(error);
		else open[index]?.resolve(undefined);
		await jest.advanceTimersByTimeAsync(0);
	};
	return { writes, saved, end };
}

test('many changes within a second make one write, with the last value of each name', async () => {
	const { writes, saved, end } = setUp();
	writes.add('a', { x: 1, y: 1 });
	await jest.advanceTimersByTimeAsync(999);
	writes.add('a', { x: 2 });
	writes.add('b', { x: 3 });
	expect(saved).toEqual([]);
	await jest.advanceTimersByTimeAsync(1);
	expect(saved).toEqual([
		[
			{ scope: 'a', name: 'x', value: 2 },
			{ scope: 'a', name: 'y', value: 1 },
			{ scope: 'b', name: 'x', value: 3 },
		],
	]);
	await end(0);
	await jest.advanceTimersByTimeAsync(10_000);
	expect(saved).toHaveLength(1);
	writes.add('a', { x: 4 });
	await jest.advanceTimersByTimeAsync(1000);
	expect(saved).toHaveLength(2);
});

test('names of different scopes do not meet, whatever they contain', async () => {
	const { writes, saved } = setUp();
	writes.add('a', { 'b,c': 1 });
	writes.add('a,b', { c: 2 });
	void writes.flush();
	await jest.advanceTimersByTimeAsync(0);
	expect(saved[0]).toHaveLength(2);
});

test('what is not written yet can be read, the newest value first', async () => {
	const { writes, end } = setUp();
	expect(writes.unsaved('a')).toEqual({});
	writes.add('a', { x: 1, y: 1 });
	writes.add('b', { x: 9 });
	void writes.flush();
	await jest.advanceTimersByTimeAsync(0);
	writes.add('a', { x: 2 });
	expect(writes.unsaved('a')).toEqual({ x: 2, y: 1 });
	await end(0);
	expect(writes.unsaved('a')).toEqual({ x: 2 });
});

test('a flush writes at once, after the write under way, and resolves when all is written', async () => {
	const { writes, saved, end } = setUp();
	writes.add('a', { x: 1 });
	let flushed = 0;
	void writes.flush().then(() => flushed++);
	await jest.advanceTimersByTimeAsync(0);
	writes.add('a', { x: 2 });
	void writes.flush().then(() => flushed++);
	await jest.advanceTimersByTimeAsync(5000);
	expect([saved.length, flushed]).toEqual([1, 0]);
	await end(0);
	expect([saved.length, flushed]).toEqual([2, 1]);
	await end(1);
	expect(flushed).toBe(2);
	// Neither the timer of the first change nor an empty flush writes again.
	await writes.flush();
	await jest.advanceTimersByTimeAsync(5000);
	expect(saved).toHaveLength(2);
});

test('a write that fails is dropped, and the next one goes on', async () => {
	const { writes, saved, end } = setUp();
	writes.add('a', { x: 1 });
	const flushed = writes.flush();
	await jest.advanceTimersByTimeAsync(0);
	await end(0, new Error('locked'));
	await flushed;
	expect(writes.unsaved('a')).toEqual({});
	writes.add('a', { x: 2 });
	await jest.advanceTimersByTimeAsync(1000);
	expect(saved[1]).toEqual([{ scope: 'a', name: 'x', value: 2 }]);
});

test('keeps no process alive', () => {
	const { writes } = setUp();
	jest.useRealTimers();
	const timer = jest.spyOn(globalThis, 'setTimeout');
	writes.add('a', { x: 1 });
	const [made] = timer.mock.results;
	expect((made?.value as NodeJS.Timeout).hasRef()).toBe(false);
	clearTimeout(made?.value as NodeJS.Timeout);
	jest.restoreAllMocks();
});

test('a flush ends the waiting time: what is added after it waits for a second of its own', async () => {
	const { writes, saved, end } = setUp();
	writes.add('a', { x: 1 });
	await jest.advanceTimersByTimeAsync(900);
	void writes.flush();
	await jest.advanceTimersByTimeAsync(0);
	await end(0);
	writes.add('a', { x: 2 });
	await jest.advanceTimersByTimeAsync(999);
	expect(saved).toHaveLength(1);
	await jest.advanceTimersByTimeAsync(1);
	expect(saved).toHaveLength(2);
});
