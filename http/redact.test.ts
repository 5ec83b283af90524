import fc from 'fast-check';
import { redact } from './redact';

it('a secret is struck out wherever it stands, also URL-encoded', () => {
	expect(redact('key=s3cr+t/=&x=s3cr%2Bt%2F%3D', ['s3cr+t/='])).toBe('key=***&x=***');
	fc.assert(
		fc.property(fc.string({ minLength: 4 }), fc.string(), fc.string(), (secret, before, after) => {
			fc.pre(!'***'.includes(secret) && !secret.includes('*'));
			expect(redact(before + secret + after, [secret])).not.toContain(secret);
		}),
	);
});

it('the longer of two secrets goes first, so that no rest of it stays', () => {
	expect(redact('abcdefgh', ['abcd', 'abcdefgh'])).toBe('***');
});

it('what is too short to be a secret is left alone', () => {
	expect(redact('a cat', ['a', ''])).toBe('a cat');
});

it('a secret is struck out of JSON too, where its quotes and backslashes are escaped', () => {
	const secret = 'a"b\\c\nd';
	expect(redact(JSON.stringify({ youSent: `Bearer ${secret}` }), [secret])).toBe('{"youSent":"Bearer ***"}');
});

it('a secret of any characters does no harm', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string({ unit: 'binary' })), (text, secrets) => {
			expect(typeof redact(text, secrets)).toBe('string');
		}),
	);
	expect(redact('half \ud800abcd', ['\ud800abcd'])).toBe('half ***');
});
