import { Readable } from 'node:stream';
import sharp from 'sharp';
import { defaultImageLimits } from '../receive';
import { captionsHint, missingCaptionPackages } from './captionPackages';
import { captionSvg } from './captions';
import { contactSheet, type SheetStyle, tileOf } from './contactSheet';
import { readStill } from './still';

const style: SheetStyle = {
	columns: 3,
	tile: 128,
	captionLines: 2,
	background: '#ffffff',
	color: '#202020',
	format: 'png',
	quality: 90,
};
const tile = async (color: string, caption: string, [width, height]: [number, number] = [200, 100]) => {
	const data = await sharp({ create: { width, height, channels: 3, background: color } })
		.png()
		.toBuffer();
	return await tileOf(
		await readStill(() => Promise.resolve(Readable.from([data])), defaultImageLimits),
		caption,
		style,
	);
};
const pixel = async (png: Buffer, left: number, top: number) =>
	[...(await sharp(png).extract({ left, top, width: 1, height: 1 }).raw().toBuffer())].slice(0, 3);
/** The share of an area that is not background, from 0 to 1. */
const ink = async (png: Buffer, area: { left: number; top: number; width: number; height: number }) =>
	1 - ((await sharp(await sharp(png).extract(area).greyscale().toBuffer()).stats()).channels[0]?.mean ?? 255) / 255;

it('lays pictures out in rows, each centred above its caption', async () => {
	const tiles = [
		await tile('#ff0000', 'A red fox'),
		await tile('#00ff00', ''),
		await tile('#0000ff', '森林里的女孩'),
		await tile('#ffff00', 'Last', [50, 128]),
	];
	const sheet = await contactSheet(tiles, style);
	// Three columns of 128 with gaps of 8; the second row holds the fourth.
	expect(sheet).toMatchObject({ width: 3 * 136 + 8 });
	expect(await sharp(sheet.data).metadata()).toMatchObject({
		format: 'png',
		width: sheet.width,
		height: sheet.height,
	});
	expect(await pixel(sheet.data, 8 + 64, 8 + 64)).toEqual([255, 0, 0]);
	expect(await pixel(sheet.data, 8 + 136 + 64, 8 + 64)).toEqual([0, 255, 0]);
	const rowHeight = (sheet.height - 8) / 2;
	expect(await pixel(sheet.data, 8 + 64, 8 + rowHeight + 64)).toEqual([255, 255, 0]);
	const caption = (column: number) => ({ left: 8 + column * 136, top: 8 + 129, width: 128, height: 20 });
	expect(await ink(sheet.data, caption(0))).toBeGreaterThan(0.02);
	expect(await ink(sheet.data, caption(1))).toBe(0);
	expect(await ink(sheet.data, caption(2))).toBeGreaterThan(0.05);
});

it('a smaller number of pictures than columns makes a narrower sheet; without captions a lower one', async () => {
	const [one] = [await tile('#ff0000', 'x')];
	const withText = await contactSheet([one], style);
	const bare = await contactSheet([one], { ...style, captionLines: 0 });
	expect(withText.width).toBe(136 + 8);
	expect(bare.height).toBeLessThan(withText.height);
});

it('captions are outlines of every character, Latin and Chinese, broken into lines that fit', async () => {
	const svg = await captionSvg(
		'一只可爱的小猫咪坐在沙发上 A cat on a couch',
		{ size: 16, maxWidth: 128, maxLines: 3, color: '#000' },
		0,
		0,
	);
	expect(svg.match(/<g /g)).toHaveLength(3);
	expect(svg.match(/<path /g)?.length).toBeGreaterThan(20);
	expect(svg).not.toContain('<text');
});

it('longer text ends in an ellipsis; markup in it is none', async () => {
	const short = await captionSvg('word '.repeat(100), { size: 16, maxWidth: 128, maxLines: 2, color: '#000' }, 0, 0);
	expect(short.match(/<g /g)).toHaveLength(2);
	const harmless = await captionSvg(
		'<script>alert(1)</script>&"',
		{ size: 16, maxWidth: 1_000, maxLines: 1, color: '#000' },
		0,
		0,
	);
	expect(harmless).not.toMatch(/script|alert|&/);
});

it('without the packages for captions, the sheet has the images and names the packages', async () => {
	const tiles = [await tile('#ff0000', 'A red fox')];
	const without = await contactSheet(tiles, style, ['fontkit']);
	const asked = await contactSheet(tiles, { ...style, captionLines: 0 }, ['fontkit']);
	expect(without.missingPackages).toEqual(['fontkit']);
	expect(without.height).toBe(asked.height);
	expect(asked.missingPackages).toEqual([]);
});

it('finds the installed packages for captions, and says how to add the missing ones', () => {
	expect(missingCaptionPackages()).toEqual([]);
	const missing = missingCaptionPackages(() => {
		throw new Error('Cannot find module');
	});
	expect(missing).toEqual(['fontkit', '@fontsource-variable/noto-sans-sc']);
	expect(captionsHint(missing)).toContain(
		'npm install --omit=peer fontkit @fontsource-variable/noto-sans-sc" in the folder ~/.n8n/nodes',
	);
});
