import { median, slopeOf, trendOf } from './slope';

const line = (count: number, at: (x: number) => number) =>
	Array.from({ length: count }, (_, x): [number, number] => [x, at(x)]);

it('the median of an even number of values is between the middle two', () => {
	expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5]);
});

it('the slope of a line is found among outliers', () => {
	const points = line(60, (x) => (x % 5 === 0 ? 900 * ((x * 7) % 11) : 3 * x));
	expect(slopeOf(points)).toBeCloseTo(3, 0);
});

it('a value that rises only in the first third has no slope', () => {
	const trend = trendOf(line(90, (x) => Math.min(x, 30) * 10));
	expect(trend).toEqual({ thirds: [145, 300, 300], slope: 0 });
});

it('a value that rises to the end has its slope', () => {
	expect(trendOf(line(90, (x) => 100 + x)).slope).toBe(1);
});
