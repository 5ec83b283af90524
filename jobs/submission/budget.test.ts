import fc from 'fast-check';
import { Budget, type Period } from './budget';

function period(limits: Period['limits'], name = 'today') {
	const spent = { images: 0, usd: 0 };
	return { name, limits, spent: () => spent } satisfies Period;
}

it('never lets more go than any limit allows, whatever comes and is given back', () => {
	const cost = fc.record({ images: fc.integer({ min: 1, max: 10 }), usd: fc.double({ min: 0, max: 1, noNaN: true }), fails: fc.boolean() });
	fc.assert(
		fc.property(fc.array(cost, { maxLength: 100 }), fc.integer({ min: 0, max: 60 }), fc.double({ min: 0, max: 5, noNaN: true }), (costs, images, usd) => {
			const execution = period({ images }, 'in this execution');
			const day = period({ usd });
			const budget = new Budget([execution, day]);
			let sent = { images: 0, usd: 0 };
			for (const { fails, ...one } of costs) {
				let release: ReturnType<Budget['take']>;
				try {
					release = budget.take(one);
				} catch {
					continue;
				}
				if (fails) release();
				else sent = { images: sent.images + one.images, usd: sent.usd + one.usd };
				expect(sent.images).toBeLessThanOrEqual(images);
				expect(sent.usd).toBeLessThanOrEqual(usd + 1e-6);
				expect(execution.spent().images).toBe(sent.images);
				expect(day.spent().usd).toBeCloseTo(sent.usd, 6);
			}
		}),
	);
});

it('what passes one limit is taken from none', () => {
	const execution = period({ images: 10 }, 'in this execution');
	const day = period({ images: 2 });
	const budget = new Budget([execution, day]);
	expect(() => budget.take({ images: 3, usd: null })).toThrow('0 of 2 images were asked for today, and this item asks for 3');
	expect(execution.spent().images).toBe(0);
});

it('says what it costs and what is left', () => {
	const budget = new Budget([period({ usd: 0.1 })]);
	budget.take({ images: 1, usd: 0.067 });
	expect(() => budget.take({ images: 1, usd: 0.067 })).toThrow('$0.067 of $0.100 are spent today, and this item costs about $0.067');
});

it('refuses what has no price where money is limited, and asks for none where it is not', () => {
	expect(() => new Budget([period({ usd: 1 })]).take({ images: 1, usd: null })).toThrow('no price is known');
	expect(() => new Budget([period({ images: 1 })]).take({ images: 1, usd: null })).not.toThrow();
});

it('what a job cost in fact takes the place of the estimate, once', () => {
	const day = period({ usd: 1 });
	const settle = new Budget([day]).take({ images: 1, usd: 0.5 });
	settle({ usd: 0.25 });
	settle();
	expect(day.spent()).toEqual({ images: 1, usd: 0.25 });
});

it('tells of every change', () => {
	let changes = 0;
	const settle = new Budget([period({})], () => changes++).take({ images: 1, usd: null });
	settle();
	expect(changes).toBe(2);
});
