import { growth } from '../test/support/growth';
import { excerpt, parseJson } from './json';
import { jsonProblem, maxDepth, maxValues } from './jsonLimits';

const list = (values: number) => `[${Array.from({ length: values }, () => '0').join()}]`;
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

it('values and depth are counted exactly', () => {
	expect(jsonProblem(list(maxValues - 1))).toBeUndefined();
	expect(jsonProblem(list(maxValues))).toBe(`has more than ${maxValues} values`);
	expect(jsonProblem(nested(maxDepth))).toBeUndefined();
	expect(jsonProblem(nested(maxDepth + 1))).toBe(`is nested deeper than ${maxDepth} levels`);
	expect(parseJson(list(maxValues))).toBeUndefined();
});

it('what stands in texts counts nothing', () => {
	const text = JSON.stringify({ a: `${'[{,'.repeat(maxValues)}\\"\\\\`, b: '\\', c: ['"', '\\"'] });
	expect(jsonProblem(text)).toBeUndefined();
	expect(parseJson(text)).toEqual(JSON.parse(text));
});

it('an image as base64 counts nothing', () => {
	expect(jsonProblem(JSON.stringify({ data: 'A'.repeat(100_000_000) }))).toBeUndefined();
});

it.each([
	['blanks', ' '],
	['escaped quotes', '\\"'],
	['backslashes', '\\\\'],
])('%s without end are not looked at to their end', (_what, unit) => {
	expect(jsonProblem(`["${unit === ' ' ? '"' : ''}${unit.repeat(5_000_000)}"]`)).toMatch(/^has more than/);
});

it('a page is no JSON, and not judged', () => {
	expect(jsonProblem(`<script>${'[,'.repeat(maxValues)}`)).toBeUndefined();
});

it.each(['<', '<a', '> <', ' ', '\n<a>'])('an excerpt of %j alone takes time in proportion to its length', (unit) => {
	expect(growth((size) => excerpt(unit.repeat(size)), 20_000)).toBeLessThan(40);
});

it('an excerpt keeps what follows an open tag', () => {
	expect(excerpt('<b>5 < 6</b> and 7 < 8')).toBe('5 and 7 < 8');
});
