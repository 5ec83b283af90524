import fc from 'fast-check';
import { escapeXml, sceneSvg } from './scene';

test('no text, whatever is in it, leaves the element it is written into', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), (text) => {
			expect(escapeXml(text)).not.toMatch(/[<>"'\u0000-\u0008]|&(?!(amp|lt|gt|quot|apos);)/);
		}),
	);
});

test('a long caption is cut to what fits', () => {
	const svg = sceneSvg({
		width: 400,
		height: 300,
		caption: `${'word '.repeat(300)}${'x'.repeat(500)}`,
		note: 'n',
		seed: 's',
	});
	expect(svg.match(/<text/g)).toHaveLength(4);
	expect(svg).toContain('…');
});

test('the seed decides the picture', () => {
	const scene = (seed: string) => sceneSvg({ width: 100, height: 100, caption: 'c', note: 'n', seed });
	expect(scene('a')).toBe(scene('a'));
	expect(scene('a')).not.toBe(scene('b'));
});
