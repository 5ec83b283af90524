import { excerpt, parseJson } from './json';

it('an outside text is quoted on one line, without tags and not too long', () => {
	expect(excerpt('<html>\n<h1>Bad   Gateway</h1>')).toBe('Bad Gateway');
	expect(excerpt('')).toBe('(empty)');
	expect(excerpt('x'.repeat(500)).length).toBeLessThan(130);
});

it('what is no JSON is undefined, not an error', () => {
	expect(parseJson('<html>')).toBeUndefined();
	expect(parseJson('{"a":1}')).toEqual({ a: 1 });
});
