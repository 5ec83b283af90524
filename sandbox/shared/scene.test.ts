import fc from 'fast-check';
import { seededDraw } from './random';
import { escapeXml, sceneSvg } from './scene';
import { motifOf } from './sceneWords';

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
	expect(svg.match(/<text/g)).toHaveLength(5);
	expect(svg).toContain('…');
});

test('the seed decides the picture', () => {
	const scene = (seed: string) => sceneSvg({ width: 100, height: 100, caption: 'c', note: 'n', seed });
	expect(scene('a')).toBe(scene('a'));
	expect(scene('a')).not.toBe(scene('b'));
});

test.each(['A red fox in the snow', 'A cat on a couch', '森林里的女孩', 'A bottle', '', 'Neon city', 'Desert', 'x'])(
	'the picture of "%s" says that it comes from the sandbox',
	(caption) => {
		expect(sceneSvg({ width: 100, height: 100, caption, note: 'n', seed: caption })).toContain('>SANDBOX</text>');
	},
);

test('the words of the prompt choose what the picture shows, in English and Chinese; hints come first', () => {
	const motif = (words: string) => motifOf(words, seededDraw(1));
	expect(motif('A photorealistic cat sitting on a couch')).toMatchObject({ subject: 'cat', land: 'room' });
	expect(motif('A red fox in the snow')).toMatchObject({ subject: 'fox', land: 'forest', hasSnow: true });
	expect(motif('森林里的女孩')).toMatchObject({ subject: 'person', land: 'forest' });
	expect(motif('A lighthouse in the fog')).toMatchObject({ subject: 'lighthouse', land: 'sea', hasFog: true });
	const scene = (hints: string) =>
		sceneSvg({ width: 100, height: 100, caption: 'c', note: 'n', seed: 's', ...(hints && { hints }) });
	expect(scene('mug.png')).not.toBe(scene(''));
});
