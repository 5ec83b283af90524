import fc from 'fast-check';
import { nameInHeader, nameInPath, safeFileName, safeName } from './fileName';

it.each([
	['../../etc/passwd', 'etc/passwd'],
	['/absolute/a.png', 'absolute/a.png'],
	['C:\\temp\\a.png', 'C_/temp/a.png'],
	['a\u0000b?.png', 'a_b_.png'],
	['a\r\nb\t.png', 'a_b_.png'.replace('_b', '__b')],
	['...', 'image'],
	['. . /. .', 'image'],
	['CON.png', '_CON.png'],
	['con .png', '_con .png'],
	['a/lpt¹', 'a/_lpt¹'],
	['CONOUT$', '_CONOUT$'],
	['console.png', 'console.png'],
	['photo\u202egnp.exe', 'photo_gnp.exe'],
	['a\u2028b\u200f\ufeff.png', 'a_b__.png'],
	['..%2f..%2Fetc%5cx%252fy%00.png', '.._.._etc_x_y_.png'],
	['half \ud800.png', 'half _.png'],
	['e\u0301.png', 'é.png'],
	['森林里的女孩.png', '森林里的女孩.png'],
	['👩‍🚀.png', '👩‍🚀.png'],
	[`${'x'.repeat(200)}.png`, `${'x'.repeat(76)}.png`],
	[`${'a/'.repeat(1_000)}b.png`, `${'a/'.repeat(8)}b.png`],
])('%j becomes %j', (wish, name) => expect(safeName(wish)).toBe(name));

it('a name fits into a file system also in characters of four bytes, and stays whole characters', () => {
	const name = safeName(`${'🦊'.repeat(90)}.png`);
	expect(Buffer.byteLength(name)).toBeLessThanOrEqual(240);
	expect(name).toMatch(/^(🦊)+\.png$/u);
});

it.each([
	['../../../etc/x.png', 'x.png'],
	['C:\\out\\fox.png', 'fox.png'],
	['out/', 'image'],
	['..', 'image'],
	['', 'image'],
	[null, 'image'],
	[undefined, 'image'],
])('the file of %j is named %j', (wish, name) => expect(safeFileName(wish, 'image')).toBe(name));

it.each([
	['/files/..%2f..%2f..%2fetc%2fx.png', 'x.png'],
	['/files/%E6%A3%AE.png', '森.png'],
	['/files/a%0d%0ab.png', 'a__b.png'],
	['/files/%E0%A4%A.png', '%E0%A4%A.png'],
	['/files/', 'file'],
])('the file at %s is named %j', (path, name) => expect(nameInPath(path, 'file')).toBe(name));

it.each([
	['attachment; filename="fox.png"', 'fox.png'],
	['attachment; filename=fox.png', 'fox.png'],
	['attachment; filename="../../etc/x.png"', 'x.png'],
	["attachment; filename=a.png; filename*=UTF-8''..%2f%E6%A3%AE.png", '森.png'],
	['attachment; filename=".."', undefined],
	['inline', undefined],
	[undefined, undefined],
])('the header %j names the file %j', (header, name) => expect(nameInHeader(header)).toBe(name));

/** Texts of what has harmed before, and any other characters. */
const wishes = fc
	.array(
		fc.oneof(
			fc.string({ unit: 'binary' }),
			fc.constantFrom(
				'/',
				'\\',
				'..',
				'.',
				' ',
				'%2f',
				'%25',
				'%',
				'\u0000',
				'\r\n',
				'\u202e',
				'CON',
				'nul',
				'.png',
			),
			fc.constantFrom('x', '森', '🦊').map((character) => character.repeat(300)),
		),
		{ maxLength: 12 },
	)
	.map((parts) => parts.join(''));

it('no name leads out of its folder, breaks a line, hides its end or is too long, and a safe name stays', () => {
	fc.assert(
		fc.property(wishes, (wish) => {
			const file = safeFileName(wish, 'image');
			expect(file).not.toMatch(/[/\\]/);
			const path = safeName(wish);
			expect(path).not.toMatch(/^\/|\/$|\/\//);
			for (const part of [file, ...path.split('/')]) {
				expect(part).not.toMatch(/^(\.{0,2}$)|[. ]$|^\s/);
				expect(part).not.toMatch(/[\p{Cc}\p{Cs}\u200e\u200f\u2028-\u202e\u2066-\u2069<>:"|?*\\]/u);
				expect(part).not.toMatch(/%(2f|5c|00|0d|0a)/i);
				expect(part).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)/i);
				expect(Buffer.byteLength(part)).toBeLessThanOrEqual(241);
				expect(Array.from(part).length).toBeLessThanOrEqual(81);
			}
			expect(safeName(path)).toBe(path);
			expect(safeFileName(file, 'image')).toBe(file);
		}),
		{ numRuns: 1_000 },
	);
});

it.each(['.', ' ', '/', '../', 'x', '%25', '\u202e'])(
	'a name of %j ten times as long takes about ten times the time',
	(part) => {
		const best = (length: number) => {
			const wish = `${part.repeat(length)}x`;
			return Math.min(
				...Array.from({ length: 5 }, () => {
					const start = process.hrtime.bigint();
					safeName(wish);
					return Number(process.hrtime.bigint() - start);
				}),
			);
		};
		best(20_000);
		expect(best(200_000) / best(20_000)).toBeLessThan(40);
	},
);
