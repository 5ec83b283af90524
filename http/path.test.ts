import fc from 'fast-check';
import { apiPath, idBesides, isPathSegment, pathSegment } from './path';

/** The error that the work throws; undefined if it does not throw. */
function thrownBy(work: () => unknown): unknown {
	try {
		work();
	} catch (error) {
		return error;
	}
	return undefined;
}

const notSent = { code: 'invalidRequest', delivery: 'notSent', retryable: false };

it('an ID becomes one segment, encoded', () => {
	expect(apiPath`/v1/jobs/${'a/b ä?#%;'}/cancel`).toBe('/v1/jobs/a%2Fb%20%C3%A4%3F%23%25%3B/cancel');
	expect(apiPath`/v1/jobs`).toBe('/v1/jobs');
	expect(apiPath`/${'..a'}/${'a..'}/${'...'}/${'100%'}`).toBe('/..a/a../.../100%25');
});

it.each([
	'',
	' ',
	'.',
	'..',
	'..;x',
	' .. ',
	'%2e',
	'%2E%2e',
	'%252e%252e',
	'.%2e',
	'../x',
	'x/..',
	'x/../y',
	'x\\..\\y',
	'x%2f..%2fy',
	'x%5c..',
	'/',
	'\\',
	'x/',
	'/x',
	'x//y',
	'%2f',
	'%00',
	'%ff%0d',
	'a\u0000b',
	'a\r\nb',
	'a\u2028b',
	'\ud800',
])('%j is not sent', (id) => {
	expect(thrownBy(() => apiPath`/v1/jobs/${id}/cancel`)).toMatchObject(notSent);
	expect(isPathSegment(id)).toBe(false);
});

it.each(['batch', 'Batch', ' batch', 'b%61tch', 'search'])('%j is a word of the API', (id) => {
	expect(thrownBy(() => idBesides(['batch', 'search'], id))).toMatchObject(notSent);
	expect(apiPath`/history/${id}`).toMatch(/^\/history\/./);
});

it('an ID that only contains such a word is an ID', () => {
	expect(apiPath`/history/${idBesides(['batch'], 'batch-1')}`).toBe('/history/batch-1');
});

it('a long ID is cut in the message', () => {
	expect(() => pathSegment(`../${'x'.repeat(500)}`)).toThrow(/^"\.\.\/x{57}…" is not an ID that can be sent/);
});

/** Texts from the characters of paths, and any other texts. */
const id = fc.oneof(
	fc.string({ unit: 'binary' }),
	fc
		.array(fc.constantFrom('.', '..', '/', '\\', '%', '2e', '2f', '25', '5c', '%2e', '%252F', ';', 'a', ' ', '\n'))
		.map((parts) => parts.join('')),
);

it('any ID stays in its segment, for a server too that decodes the path several times, or is not sent', () => {
	fc.assert(
		fc.property(id, (text) => {
			if (!isPathSegment(text)) {
				expect(thrownBy(() => pathSegment(text))).toMatchObject(notSent);
				return;
			}
			const path = apiPath`/v1/jobs/${text}/cancel`;
			const segments = new URL(path, 'http://server.example').pathname.split('/');
			expect(segments).toHaveLength(5);
			expect(decodeURIComponent(segments[3] ?? '')).toBe(text);
			let decoded = path;
			for (let times = 0; times < 4; times++) {
				decoded = decoded.replace(/%[0-7][0-9a-f]/gi, (one) => decodeURIComponent(one)).replaceAll('\\', '/');
				const resolved = new URL(decoded.replace(/[?#]/g, '_'), 'http://server.example').pathname;
				expect(resolved).toMatch(/^\/v1\/jobs\/[^/].*\/cancel$/);
			}
		}),
		{ numRuns: 2_000 },
	);
});
