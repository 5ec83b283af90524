import { Workers } from './workers';

function stage(count: number, idle: string[] = []) {
	const begun: string[] = [];
	const numbers = { count };
	const workers = new Workers<string>(
		() => numbers.count,
		(item) => {
			begun.push(item);
			return !idle.includes(item);
		},
	);
	return { workers, begun, numbers };
}

it('begins in the order of arrival, as many as there are workers', () => {
	const { workers, begun } = stage(2);
	for (const item of ['a', 'b', 'c', 'd']) workers.add(item);
	expect([begun, workers.waitingCount]).toEqual([['a', 'b'], 2]);
	workers.done('b');
	workers.done('b');
	workers.done('nobody');
	expect([begun, workers.waitingCount]).toEqual([['a', 'b', 'c'], 1]);
});

it('what needs no work frees its worker for the next', () => {
	const { workers, begun } = stage(1, ['b']);
	for (const item of ['a', 'b', 'c']) workers.add(item);
	workers.done('a');
	expect([begun, workers.waitingCount]).toEqual([['a', 'b', 'c'], 0]);
});

it('without a number everything begins at once, also once the number is lifted', () => {
	const { workers, begun, numbers } = stage(1);
	for (const item of ['a', 'b', 'c']) workers.add(item);
	numbers.count = 0;
	workers.advance();
	expect(begun).toEqual(['a', 'b', 'c']);
});
