import { growth } from '../../test/support/growth';
import { commentText } from './exif';
import { readParameters } from './parameters';

it.each([
	['words', 'a '],
	['blanks', ' '],
	['pairs', 'a: b, '],
	['open quotes', 'a: "\\", '],
])('generation data of %s alone are read in time in proportion to their length', (_what, unit) => {
	expect(growth((size) => readParameters(`x${unit.repeat(size)}x`), 20_000)).toBeLessThan(40);
});

it('a comment of zeros is read in time in proportion to its length', () => {
	const comment = (size: number) => Buffer.from(`ASCII\0\0\0${'\0'.repeat(size)}x`);
	expect(growth((size) => commentText(comment(size), false), 50_000)).toBeLessThan(40);
});
