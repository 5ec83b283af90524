import { z } from 'zod4';
import { excerpt, parseJson, readAnswer, readValue } from './json';

it('an outside text is quoted on one line, without tags and not too long', () => {
	expect(excerpt('<html>\n<h1>Bad   Gateway</h1>')).toBe('Bad Gateway');
	expect(excerpt('')).toBe('(empty)');
	expect(excerpt('x'.repeat(500)).length).toBeLessThan(130);
});

it('what is no JSON is undefined, not an error', () => {
	expect(parseJson('<html>')).toBeUndefined();
	expect(parseJson('{"a":1}')).toEqual({ a: 1 });
});

const schema = z.object({ items: z.array(z.object({ id: z.string() })) });
const answer = (text: string) => ({ status: 200, headers: {}, text });

it('an answer of the right shape is read, without what was not asked for', () => {
	expect(readAnswer(schema, answer('{"items":[{"id":"a","more":1}]}'), 'The list')).toEqual({ items: [{ id: 'a' }] });
});

it('a page instead of JSON is quoted, with what may be wrong', () => {
	expect(() => readAnswer(schema, answer('<h1>Welcome to nginx</h1>'), 'The list')).toThrow(
		expect.objectContaining({
			code: 'malformedResponse',
			retryable: true,
			httpStatus: 200,
			message: 'The list is not JSON: Welcome to nginx',
			hint: expect.stringContaining('base URL') as string,
		}) as Error,
	);
	expect(() => readAnswer(schema, answer(''), 'The list')).toThrow('The list is not JSON: (empty)');
});

it('an answer of another shape names the place', () => {
	expect(() => readAnswer(schema, answer('{"items":[{"id":"a"},{"id":7}]}'), 'The list')).toThrow(
		/^The list has an unexpected shape at items\.1\.id: /,
	);
	expect(() => readValue(schema, 7, 'The list')).toThrow(
		expect.objectContaining({
			httpStatus: null,
			message: expect.stringMatching(/^The list has an unexpected shape: /) as string,
		}) as Error,
	);
});

it('a text is cut after so many characters and not before', () => {
	expect([excerpt('x'.repeat(120)), excerpt('x'.repeat(121))]).toEqual(['x'.repeat(120), `${'x'.repeat(120)}…`]);
});
