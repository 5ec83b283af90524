import fc from 'fast-check';
import { blankJob } from '../../model/job';
import { toItem } from './items';
import { rawForItem } from './raw';

/** The values in a JSON value, and its levels. */
function sizeOf(value: unknown): { values: number; levels: number } {
	if (typeof value !== 'object' || value === null) return { values: 1, levels: 0 };
	const inner = Object.values(value).map(sizeOf);
	return {
		values: inner.reduce((sum, { values }) => sum + values, 1),
		levels: inner.reduce((most, { levels }) => Math.max(most, levels), 0) + 1,
	};
}

it('an ordinary answer stays as it is', () => {
	fc.assert(fc.property(fc.jsonValue(), (value) => expect(rawForItem(value)).toEqual(value)));
	const tasks = Array.from({ length: 100 }, (_, index) => ({ id: index, images: [{ url: 'a', size: null }] }));
	expect(rawForItem(tasks)).toEqual(tasks);
});

it('an answer of any depth is cut, and says where', () => {
	const deep: unknown = JSON.parse('{"a":['.repeat(3_000) + ']}'.repeat(3_000));
	const { raw } = toItem({
		snapshot: { job: blankJob('p'), images: [], raw: deep },
		request: {},
		itemIndex: 0,
		includeRaw: true,
	}).json;
	expect(sizeOf(raw).levels).toBe(32);
	expect(JSON.stringify(raw)).toContain('(left out: deeper than 32 levels)');
});

it('an answer of any number of values is cut, and says how many are missing', () => {
	const wide = { list: Array.from({ length: 100_000 }, () => ({})), other: 1, more: 2 };
	const raw = rawForItem(wide) as { list: unknown[] };
	expect(sizeOf(raw).values).toBeLessThan(20_010);
	expect(raw.list.at(-1)).toBe('(left out: 80001 values)');
	expect(raw).toMatchObject({ '(left out)': '2 fields' });
});

it('texts are cut together', () => {
	const raw = rawForItem(['a'.repeat(1_500_000), 'b'.repeat(1_500_000), 'c']) as string[];
	expect(raw.map((text) => text.length)).toEqual([1_500_000, 500_030, 24]);
	expect(raw[1]).toMatch(/b\(left out: 1000000 characters\)$/);
});
