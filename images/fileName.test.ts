import { safeName, withExtension } from './fileName';

it.each([
	['../../etc/passwd', 'etc/passwd'],
	['/absolute/a.png', 'absolute/a.png'],
	['C:\\temp\\a.png', 'C_/temp/a.png'],
	['a\u0000b?.png', 'a_b_.png'],
	['...', 'image'],
	['CON.png', '_CON.png'],
	['console.png', 'console.png'],
	['森林里的女孩.png', '森林里的女孩.png'],
	[`${'x'.repeat(200)}.png`, `${'x'.repeat(76)}.png`],
])('%j becomes %j', (wish, name) => expect(safeName(wish)).toBe(name));

it('a name fits into a file system also in characters of four bytes, and stays whole characters', () => {
	const name = safeName(`${'🦊'.repeat(90)}.png`);
	expect(Buffer.byteLength(name)).toBeLessThanOrEqual(240);
	expect(name).toMatch(/^(🦊)+\.png$/u);
});

it.each([
	['fox', 'png', 'fox.png'],
	['fox.jpeg', 'jpg', 'fox.jpeg'],
	['fox.JPG', 'webp', 'fox.webp'],
	['v1.2', 'png', 'v1.2.png'],
	['report.zip', 'zip', 'report.zip'],
])('%s of the type %s is named %s', (name, extension, expected) => {
	expect(withExtension(name, extension)).toBe(expected);
});
