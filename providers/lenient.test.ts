import fc from 'fast-check';
import { z } from 'zod4';
import {
	count,
	flag,
	id,
	isoTime,
	listOf,
	number,
	optionalListOf,
	percent,
	pixels,
	textOrNumber,
	validEntries,
	wholeNumber,
} from './lenient';

const values = [
	'',
	' ',
	'0',
	' 7 ',
	'7.5',
	'seven',
	0,
	7,
	7.5,
	-1,
	101,
	100_001,
	1_000_001,
	null,
	undefined,
	true,
	[],
	{},
];

it.each([
	['a number', number, ['0', ' 7 ', '7.5', 0, 7, 7.5, -1, 101, 100_001, 1_000_001]],
	['a whole number', wholeNumber, ['0', ' 7 ', 0, 7, 101, 100_001, 1_000_001]],
	['a number of images', count, ['0', ' 7 ', 0, 7, 101]],
	['pixels', pixels, [' 7 ', 7, 101, 100_001]],
	['a percentage', percent, ['0', ' 7 ', '7.5', 0, 7, 7.5]],
])('%s is read from numbers and texts in its range; an empty text is no number', (_what, schema, accepted) => {
	for (const value of values) {
		const expected = accepted.includes(value as never) ? Number(value) : null;
		expect([value, schema.parse(value) ?? null]).toEqual([value, expected]);
	}
});

it('any other value counts as absent, whatever it is', () => {
	fc.assert(
		fc.property(fc.anything(), (value) => {
			for (const schema of [number, wholeNumber, count, pixels, percent, textOrNumber, flag])
				expect(schema.safeParse(value).success).toBe(true);
		}),
	);
});

it('an ID is a text that is not empty, or a whole number', () => {
	expect([id.parse('a'), id.parse(7)]).toEqual(['a', '7']);
	for (const value of ['', 7.5, null, undefined, {}, '\ud800']) expect(id.safeParse(value).success).toBe(false);
});

it('a list is required, or counts as empty; its invalid entries are left out', () => {
	expect(listOf(id).parse(['a', {}, 7])).toEqual(['a', '7']);
	expect(optionalListOf(id).parse(['a', {}, 7])).toEqual(['a', '7']);
	for (const value of [null, undefined, {}, 'a']) {
		expect(listOf(id).safeParse(value).success).toBe(false);
		expect(optionalListOf(id).parse(value)).toEqual([]);
	}
});

it.each([
	['2026-01-28T09:36:16+01:00', '2026-01-28T08:36:16.000Z'],
	[0, '1970-01-01T00:00:00.000Z'],
	['', null],
	['soon', null],
	[null, null],
	[undefined, null],
	[Number.NaN, null],
	[1e20, null],
])('the time %s is %s', (time, iso) => {
	expect(isoTime(time)).toBe(iso);
});

it('a list without end is read to a limit, and only a beginning of a list of something else', () => {
	expect(
		validEntries(
			id,
			Array.from({ length: 100_000 }, () => 'a'),
		),
	).toHaveLength(5_000);
	const read = jest.fn(() => false);
	expect(validEntries(z.unknown().refine(read), Array.from({ length: 100_000 }))).toEqual([]);
	expect(read).toHaveBeenCalledTimes(1_000);
});
