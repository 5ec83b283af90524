import fc from 'fast-check';
import { FairQueue } from './fairQueue';

const drained = <T>(queue: FairQueue<T>) => {
	const out: T[] = [];
	while (queue.size > 0) {
		const next = queue.shift();
		if (next !== undefined) out.push(next);
	}
	return out;
};

it('groups are served one after the other, and each group in the order of its entries', () => {
	const queue = new FairQueue<string>();
	for (const n of [1, 2, 3, 4]) queue.push('large', `large ${n}`);
	queue.push('small', 'small 1');
	queue.push('other', 'other 1');
	queue.push('other', 'other 2');
	expect(drained(queue)).toEqual(['large 1', 'small 1', 'other 1', 'large 2', 'other 2', 'large 3', 'large 4']);
	expect(queue.shift()).toBeUndefined();
});

it('a removed entry is skipped, and its group keeps its position', () => {
	const queue = new FairQueue<string>();
	for (const [group, entry] of [
		['a', 'a1'],
		['a', 'a2'],
		['b', 'b1'],
	] as const)
		queue.push(group, entry);
	queue.remove('a', 'a1');
	queue.remove('a', 'unknown');
	queue.remove('c', 'unknown');
	expect([queue.size, drained(queue)]).toEqual([2, ['a2', 'b1']]);
});

it('property: each entry comes once, in the order of its group, and waits for one entry of each group at most', () => {
	fc.assert(
		fc.property(fc.array(fc.nat({ max: 4 }), { maxLength: 200 }), (arrivals) => {
			const queue = new FairQueue<{ group: number; n: number }>();
			arrivals.forEach((group, n) => queue.push(String(group), { group, n }));
			const order = drained(queue);
			expect(order.map(({ n }) => n).sort((a, b) => a - b)).toEqual(arrivals.map((_, n) => n));
			const groups = new Set(arrivals);
			for (const group of groups) {
				const own = order.flatMap((entry, index) => (entry.group === group ? [index] : []));
				const numbers = own.map((index) => order[index]?.n ?? -1);
				expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
				// Entry k of a group comes after at most k rounds over all groups.
				own.forEach((index, k) => expect(index).toBeLessThan((k + 1) * groups.size));
			}
		}),
	);
});
