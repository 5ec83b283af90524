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

/** Each way to write one character that a server may choose, for any character. */
const hex = (number: number, width: number) => number.toString(16).padStart(width, '0');
const units = (character: string) => Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
const bytes = (character: string) => [...Buffer.from(character)];
const forms: Record<string, (character: string) => string> = {
	plain: (character) => character,
	json: (character) => JSON.stringify(character).slice(1, -1).replaceAll('/', '\\/'),
	jsonInJson: (character) => JSON.stringify(JSON.stringify(character).slice(1, -1)).slice(1, -1),
	unicode: (character) =>
		units(character)
			.map((unit) => `\\u${hex(unit, 4)}`)
			.join(''),
	upperUnicode: (character) =>
		units(character)
			.map((unit) => `\\u${hex(unit, 4).toUpperCase()}`)
			.join(''),
	unicodeInJson: (character) =>
		units(character)
			.map((unit) => `\\\\u${hex(unit, 4)}`)
			.join(''),
	url: (character) =>
		bytes(character)
			.map((byte) => `%${hex(byte, 2)}`)
			.join(''),
	upperUrl: (character) =>
		bytes(character)
			.map((byte) => `%${hex(byte, 2).toUpperCase()}`)
			.join(''),
	urlInUrl: (character) =>
		bytes(character)
			.map((byte) => `%25${hex(byte, 2)}`)
			.join(''),
	decimalEntity: (character) => `&#${character.codePointAt(0)};`,
	hexEntity: (character) => `&#x${hex(character.codePointAt(0) ?? 0, 4)};`,
	namedEntity: (character) =>
		({
			'&': '&amp;',
			'<': '&lt;',
			'>': '&gt;',
			'"': '&quot;',
			"'": '&apos;',
			'/': '&sol;',
			'+': '&plus;',
			'=': '&equals;',
		})[character] ?? character,
};

const keys = fc.oneof(
	fc.stringMatching(/^[\w+/=.:~-]{8,60}$/),
	fc.string({ unit: 'grapheme', minLength: 8, maxLength: 60 }).filter((key) => !key.includes('*')),
);

it.each(Object.keys(forms))('no key is readable with its characters written as %s', (name) => {
	const form = forms[name] ?? String;
	fc.assert(
		fc.property(keys, (key) => {
			const written = Array.from(key, form).join('');
			expect(redact(`{"sent": "${written}", "a": 1}`, [key])).toBe('{"sent": "***", "a": 1}');
		}),
	);
});

it('a key is found where each of its characters is written in another way', () => {
	const form = fc.constantFrom(...Object.values(forms));
	fc.assert(
		fc.property(keys, fc.array(form, { minLength: 60, maxLength: 60 }), (key, chosen) => {
			const written = Array.from(key, (character, at) => (chosen[at % 60] ?? String)(character)).join('');
			expect(redact(`<p>${written}</p>`, [key])).toBe('<p>***</p>');
		}),
	);
});

it.each(['base64', 'base64url'] as const)(
	'a key inside a text in %s is struck out at each of the three alignments',
	(code) => {
		fc.assert(
			fc.property(keys, fc.string({ maxLength: 9 }), fc.string({ maxLength: 9 }), (key, before, after) => {
				const coded = Buffer.from(before + key + after).toString(code);
				for (const text of [coded, encodeURIComponent(coded), coded.replaceAll('/', '\\/')]) {
					const clean = redact(text, [key]);
					expect(clean).toContain('***');
					const rest = clean.split('***').map((part) => decodeURIComponent(part).replaceAll('\\', ''));
					for (const part of rest.flatMap((one) => [0, 1, 2, 3].map((skip) => one.slice(skip))))
						expect(Buffer.from(part, 'base64').toString()).not.toContain(key.slice(0, 8));
				}
			}),
		);
	},
);

it('a key is found in upper and lower case', () => {
	expect(redact('AUTHORIZATION: BEARER S3CRET-KEY-1 s3cret-key-1', ['s3cret-Key-1'])).toBe(
		'AUTHORIZATION: BEARER *** ***',
	);
});

it('a short secret is taken literally, because other forms of it stand in any text', () => {
	expect(redact('TEST test dGVzdA== te\\u0073t', ['test'])).toBe('TEST *** dGVzdA== ***');
});

it('JSON with a key in it stays JSON', () => {
	const ends = fc.constantFrom('', '\\', '"', '/', '\n', '%', '&');
	fc.assert(
		fc.property(ends, keys, ends, (start, middle, end) => {
			const key = start + middle + end;
			expect(JSON.parse(redact(JSON.stringify({ sent: key, a: [key] }), [key]))).toEqual({
				sent: '***',
				a: ['***'],
			});
		}),
	);
});

it('nothing of a very long key is left', () => {
	const key = Array.from({ length: 300 }, (_, at) => `k${at}/`).join('');
	for (const form of Object.values(forms))
		expect(redact(`<${Array.from(key, form).join('')}>`, [key])).toMatch(/^<(\*{3})+>$/);
	expect(redact(Buffer.from(key).toString('base64'), [key])).toMatch(/^.?(\*{3}.{0,2})+$/);
});

it.each([
	['of plain characters', 'a', 'aaaaaaaaaaaaaaab'],
	['of backslashes', '\\', `${'\\'.repeat(4)}/`],
	['of percent signs', '%25', '%25%25%25%25%2525252525b'],
	['of entities', '&amp;', '&amp;amp;amp;amp;&&&&b'],
	['of escapes', '\\u0061', 'aaaaaaaaaaaaaaab'],
	['of base64', 'YWFh', 'aaaaaaaaaaaaaaab'],
])('a text %s ten times as long takes about ten times the time', (_name, part, key) => {
	const best = (length: number) => {
		const text = part.repeat(length);
		return Math.min(
			...Array.from({ length: 5 }, () => {
				const start = process.hrtime.bigint();
				redact(text, [key]);
				return Number(process.hrtime.bigint() - start);
			}),
		);
	};
	best(20_000);
	expect(best(200_000) / best(20_000)).toBeLessThan(40);
});
