import fc from 'fast-check';
import { parseRetryAfter } from './retryAfter';

it.each([
	['5', 5_000],
	['0.5', 500],
	[' 7 ', 7_000],
	['Thu, 01 Jan 1970 00:00:10 GMT', 10_000],
	['0', null],
	['-3', null],
	['soon', null],
	['', null],
	[undefined, null],
])('Retry-After %j is %j ms from the epoch', (header, ms) => {
	expect(parseRetryAfter(header, 0)).toBe(ms);
});

it('no Retry-After whatever gives a time that is not above zero', () => {
	fc.assert(
		fc.property(fc.string(), (header) => {
			const ms = parseRetryAfter(header, 0);
			expect(ms === null || (Number.isFinite(ms) && ms > 0)).toBe(true);
		}),
	);
});

it('a date is read from now on, a number from nothing', () => {
	const now = Date.UTC(2026, 0, 1);
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 86_400 }), (seconds) => {
			expect(parseRetryAfter(new Date(now + seconds * 1000).toUTCString(), now)).toBe(seconds * 1000);
			expect(parseRetryAfter(new Date(now - seconds * 1000).toUTCString(), now)).toBeNull();
			expect(parseRetryAfter(String(seconds), now)).toBe(seconds * 1000);
		}),
	);
	expect(parseRetryAfter('0.0005', now)).toBe(0.5);
});
