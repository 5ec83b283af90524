import { inTurns } from './inTurns';

it('gives the results in order, with at most so many at work', async () => {
	let running = 0;
	let most = 0;
	const results = await inTurns([5, 1, 4, 2, 3, 0], 3, async (pause) => {
		most = Math.max(most, ++running);
		for (let turn = 0; turn < pause; turn++) await new Promise((resolve) => setImmediate(resolve));
		running--;
		return pause;
	});
	expect(results).toEqual([5, 1, 4, 2, 3, 0]);
	expect(most).toBe(3);
	expect(await inTurns([], 3, async () => 1)).toEqual([]);
});

it('after a failure nothing further is begun', async () => {
	const begun: number[] = [];
	const work = async (entry: number) => {
		begun.push(entry);
		await new Promise((resolve) => setImmediate(resolve));
		if (entry === 1) throw new Error('stopped');
	};
	await expect(inTurns([0, 1, 2, 3, 4, 5, 6, 7], 2, work)).rejects.toThrow('stopped');
	await new Promise((resolve) => setImmediate(resolve));
	expect(begun.length).toBeLessThanOrEqual(4);
});

it('other work runs between entries that take time without waiting', async () => {
	let turns = 0;
	let isDone = false;
	const count = () => {
		turns++;
		if (!isDone) setImmediate(count);
	};
	setImmediate(count);
	await inTurns(Array.from({ length: 100 }), 4, async () => {
		const until = performance.now() + 2;
		while (performance.now() < until);
	});
	isDone = true;
	expect(turns).toBeGreaterThan(3);
});
