import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Font } from 'fontkit';
import { BoundedMap } from '../../model/boundedMap';
import { fontPackage } from './captionPackages';

/**
 * Text as outlines, so that captions look the same on every machine: n8n's Docker image has no fonts, and most other
 * machines have none with Chinese characters. The font is Noto Sans SC, which Google has split into parts. Only the
 * parts that a text needs are read, at the first caption.
 */
export interface CaptionStyle {
	/** Height of a line's letters in pixels. */
	size: number;
	/** Pixels; longer text is broken into lines. */
	maxWidth: number;
	/** If the text has more lines, an ellipsis replaces the rest. */
	maxLines: number;
	color: string;
}

/** Distance between two lines, as a multiple of the letters' size. */
export const lineHeight = 1.35;

/** The variable font's own weight is thin. A stroke of this width, in units of the font, makes it regular. */
const strokeUnits = 40;

/** @returns SVG elements: each line begins at `x`, and the top of the first line is at `y` */
export async function captionSvg(
	text: string,
	{ size, maxWidth, maxLines, color }: CaptionStyle,
	x: number,
	y: number,
): Promise<string> {
	const glyphs = await glyphsOf(text.replace(/\s+/g, ' ').trim());
	const lines = broken(glyphs, maxWidth / size, maxLines, await glyphsOf('…'));
	return lines
		.map((line, index) => {
			let at = 0;
			const paths = line.map(({ outline, width }) => {
				const path = outline === '' ? '' : `<path transform="translate(${at} 0)" d="${outline}"/>`;
				at += width * 1000;
				return path;
			});
			const baseline = y + size * (0.9 + index * lineHeight);
			const place = `translate(${x} ${baseline}) scale(${size / 1000} ${-size / 1000})`;
			const stroke = `stroke="${color}" stroke-width="${strokeUnits}" stroke-linejoin="round"`;
			return `<g transform="${place}" fill="${color}" ${stroke}>${paths.join('')}</g>`;
		})
		.join('');
}

interface Glyph {
	character: string;
	/** In units of the font; a letter's height is 1000 units. */
	outline: string;
	/** As a multiple of the letters' size. */
	width: number;
}

/** Captions may have any characters. Those of a contact sheet fit in. */
const cache = new BoundedMap<Promise<Glyph>>({ max: 2_000 });

async function glyphsOf(text: string): Promise<Glyph[]> {
	return await Promise.all(
		Array.from(text, async (character) => await cache.getOrMake(character, () => drawn(character))),
	);
}

async function drawn(character: string): Promise<Glyph> {
	const point = character.codePointAt(0) ?? 0;
	const font = await fontOf(point);
	// A character that the font does not have (an emoji) is left out. It is not drawn as a box.
	if (!font?.hasGlyphForCodePoint(point)) return { character, outline: '', width: 0 };
	const glyph = font.glyphForCodePoint(point);
	const scale = 1000 / font.unitsPerEm;
	return {
		character,
		outline: scale === 1 ? glyph.path.toSVG() : glyph.path.scale(scale).toSVG(),
		width: (glyph.advanceWidth * scale) / 1000,
	};
}

const fonts = new Map<string, Promise<Font>>();
let parts:
	| Promise<ReadonlyArray<readonly [name: string, ranges: ReadonlyArray<readonly [number, number]>]>>
	| undefined;

/** The part of the font that has a character; undefined if no part has it. */
async function fontOf(point: number): Promise<Font | undefined> {
	const folder = dirname(require.resolve(`${fontPackage}/package.json`));
	parts ??= readParts(folder);
	const [name] = (await parts).find(([, ranges]) => ranges.some(([from, to]) => point >= from && point <= to)) ?? [];
	if (name === undefined) return undefined;
	const font = fonts.get(name) ?? readFont(join(folder, 'files', `noto-sans-sc-${name}-wght-normal.woff2`));
	fonts.set(name, font);
	return await font;
}

/** `unicode.json` of the package: `{ "[4]": "U+1f1e9-1f1f5,U+1f21a", "latin": … }`. */
async function readParts(folder: string) {
	const listed = JSON.parse(await readFile(join(folder, 'unicode.json'), 'utf8')) as Record<string, string>;
	return Object.entries(listed).map(
		([name, ranges]) =>
			[
				name.replace(/^\[(.*)\]$/, '$1'),
				ranges.split(',').map((range) => {
					const [from = '0', to = from] = range.trim().replace(/^U\+/i, '').split('-');
					return [Number.parseInt(from, 16), Number.parseInt(to, 16)] as const;
				}),
			] as const,
	);
}

async function readFont(path: string): Promise<Font> {
	const { create } = await import('fontkit');
	return create(await readFile(path)) as Font;
}

/** Breaks the text into lines no wider than `width` (in letter sizes), after a space or next to an ideograph. */
function broken(glyphs: readonly Glyph[], width: number, maxLines: number, ellipsis: readonly Glyph[]): Glyph[][] {
	const lines: Glyph[][] = [[]];
	let used = 0;
	for (const word of wordsOf(glyphs)) {
		const needed = widthOf(word);
		if (used > 0 && used + needed > width) {
			lines.push([]);
			used = 0;
		}
		for (const glyph of word) {
			// A word longer than a line is split at the end of the line.
			if (used > 0 && used + glyph.width > width) {
				lines.push([]);
				used = 0;
			}
			if (used === 0 && glyph.character === ' ') continue;
			lines.at(-1)?.push(glyph);
			used += glyph.width;
		}
	}
	if (lines.length <= maxLines) return lines;
	const kept = lines.slice(0, maxLines);
	const last = kept.at(-1) ?? [];
	while (last.length > 0 && widthOf(last) + widthOf(ellipsis) > width) last.pop();
	last.push(...ellipsis);
	return kept;
}

const widthOf = (glyphs: readonly Glyph[]) => glyphs.reduce((sum, { width }) => sum + width, 0);

function* wordsOf(glyphs: readonly Glyph[]): Generator<Glyph[]> {
	let word: Glyph[] = [];
	for (const glyph of glyphs) {
		const isIdeograph = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u{20000}-\u{3ffff}]/u.test(glyph.character);
		if (isIdeograph && word.length > 0) {
			yield word;
			word = [];
		}
		word.push(glyph);
		if (isIdeograph || glyph.character === ' ') {
			yield word;
			word = [];
		}
	}
	if (word.length > 0) yield word;
}
