import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import sharp from 'sharp';
import { n8n } from '../package.json';
import { providers } from '../providers/registry';

/** The size of an icon in the node panel, in pixels. */
const size = 20;

/** Icons that people confused had 0.08 to 0.32; two letters on tiles of different shapes have 0.4. */
const leastDifference = 0.38;

/** n8n's panel in both themes. */
const themes = [
	{ theme: 'light', suffix: '', background: '#ffffff' },
	{ theme: 'dark', suffix: '.dark', background: '#2d2e35' },
];

const icons = n8n.nodes.map((path) => {
	const name = basename(path, '.node.js');
	const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
	return { name, file: (suffix: string) => join(__dirname, '..', dirname(path).replace('dist/', ''), file + suffix) };
});

/**
 * How far each pixel is from the background, from 0 to 1, without its color: who sees colors badly must know an icon by
 * its shape.
 */
async function inkOf(svg: string, background: string): Promise<number[]> {
	const pixels = await sharp(svg).resize(size, size).flatten({ background }).grayscale().raw().toBuffer();
	const { data } = await sharp({ create: { width: 1, height: 1, channels: 3, background } })
		.grayscale()
		.raw()
		.toBuffer({ resolveWithObject: true });
	const distances = [...pixels].map((pixel) => Math.abs(pixel - (data[0] ?? 0)));
	const most = Math.max(...distances);
	return distances.map((distance) => distance / most);
}

/** The share of two shapes that belongs to one of them only: 0 for the same shape, 1 for shapes that share no pixel. */
function difference(a: readonly number[], b: readonly number[]): number {
	let [apart, all] = [0, 0];
	for (const [i, ink] of a.entries()) {
		apart += Math.abs(ink - (b[i] ?? 0));
		all += Math.max(ink, b[i] ?? 0);
	}
	return apart / all;
}

it.each(themes)('at 20 pixels, no two icons are alike in the $theme theme', async ({ suffix, background }) => {
	const shapes = await Promise.all(
		icons.map(async ({ name, file }) => ({ name, ink: await inkOf(`${file(suffix)}.svg`, background) })),
	);
	const pairs = shapes.flatMap((one, i) =>
		shapes.slice(i + 1).map((other) => ({
			pair: `${one.name}, ${other.name}`,
			difference: difference(one.ink, other.ink),
		})),
	);
	expect(pairs.filter((pair) => pair.difference < leastDifference)).toEqual([]);
});

it.each(themes)('in the $theme theme, every icon stands out from the panel', async ({ suffix, background }) => {
	for (const { file } of icons) {
		const svg = readFileSync(`${file(suffix)}.svg`, 'utf8');
		const [, main = ''] = /(?:fill|stroke)="(#[0-9a-f]{6})"/.exec(svg) ?? [];
		expect({ file: file(suffix), contrast: contrast(main, background) >= 3 }).toEqual({
			file: file(suffix),
			contrast: true,
		});
	}
});

it.each(providers)('the credential of $displayName has the icon of its node', ({ id, credential }) => {
	for (const { suffix } of themes) {
		const node = icons.find(({ name }) => `${name.charAt(0).toLowerCase()}${name.slice(1)}Api` === credential);
		const own = readFileSync(join(__dirname, '..', 'credentials', `${id}${suffix}.svg`), 'utf8');
		expect(own).toBe(readFileSync(`${node?.file(suffix) ?? ''}.svg`, 'utf8'));
	}
});

/** The contrast ratio of two colors, by WCAG 2. */
function contrast(a: string, b: string): number {
	const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
	return (high + 0.05) / (low + 0.05);
}

function luminance(color: string): number {
	const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
		const part = parseInt(color.slice(at, at + 2), 16) / 255;
		return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
