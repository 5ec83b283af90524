import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import sharp, { type Sharp } from 'sharp';
import { interlacedPng, jpegOfScans } from '../../test/support/hostileImages';
import { inspectColors } from '../inspectColors';
import { workOn } from './workshop';

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'image-workshop-'));
const temporary = jest.spyOn(os, 'tmpdir').mockReturnValue(folder);
afterEach(() => {
	// Nothing stays behind, however the work ended.
	expect(readdirSync(folder)).toEqual([]);
});
afterAll(() => {
	temporary.mockRestore();
	rmSync(folder, { recursive: true });
});

const maxPixels = 100_000_000;
const plain = (width: number, height: number, channels: 3 | 4 = 3) =>
	sharp({ create: { width, height, channels, background: '#336699' } });
const look = (image: Buffer, signal?: AbortSignal) => workOn(image, { kind: 'inspectColors' }, { signal, maxPixels });

it.each<[string, () => Promise<Buffer>, RegExp]>([
	['2,000 scans', async () => await jpegOfScans(4000, 4000, 2000), /2000 scans of 4000 × 4000/],
	['an interlaced PNG of 16 bits', async () => await interlacedPng(7360, 7360), /needs 326 MB/],
])('%s are refused within a moment, for every kind of work', async (_what, make, message) => {
	const image = await make();
	const refused = { code: 'invalidRequest', message: expect.stringMatching(message) as string, retryable: false };
	const from = performance.now();
	await expect(look(image)).rejects.toMatchObject(refused);
	await expect(inspectColors(Readable.from([image]))).rejects.toMatchObject(refused);
	await expect(workOn(image, { kind: 'tile', side: 64 }, { maxPixels })).rejects.toMatchObject(refused);
	await expect(workOn(image, { kind: 'readHeader' }, { maxPixels })).rejects.toMatchObject(refused);
	// Decoding each of them takes longer than all four refusals.
	const refusals = performance.now() - from;
	const decoding = performance.now();
	await sharp(await plain(4000, 4000).png().toBuffer())
		.raw()
		.toBuffer();
	expect(refusals).toBeLessThan(1_000 + 10 * (performance.now() - decoding));
});

it.each<[string, (image: Sharp) => Sharp]>([
	['progressive JPEG', (image) => image.jpeg({ progressive: true })],
	['PNG of 16 bits', (image) => image.toColourspace('rgb16').png({ compressionLevel: 1 })],
	['lossless WebP', (image) => image.webp({ lossless: true, effort: 0 })],
	['AVIF', (image) => image.avif({ effort: 0 })],
])('an honest %s of 8192 × 8192 pixels is decoded', async (_what, encoded) => {
	const { onlyColor } = await look(await encoded(plain(8192, 8192)).toBuffer());
	expect(onlyColor).toMatch(/^#3[2-5]6[4-8]9[7-b]$/);
});

it('a stop during the decoding ends it', async () => {
	const image = await jpegOfScans(4000, 4000, 120);
	const stop = new AbortController();
	const looking = look(image, stop.signal);
	setTimeout(() => stop.abort(), 100);
	await expect(looking).rejects.toMatchObject({ code: 'canceled' });
});

it('a small image does not wait for a large one', async () => {
	const [slow, small] = [await jpegOfScans(4000, 4000, 120), await plain(64, 64).png().toBuffer()];
	const ends: string[] = [];
	await look(small);
	await Promise.all([look(slow).then(() => ends.push('slow')), look(small).then(() => ends.push('small'))]);
	expect(ends).toEqual(['small', 'slow']);
});

it('a stream that breaks before anything is read is a failure of its own, and nothing else', async () => {
	const broken = new Readable({ read: () => undefined });
	const looking = inspectColors(broken);
	broken.destroy(new Error('line cut'));
	await expect(looking).rejects.toThrow('line cut');
});

it('where no file can be written, the error says so and the stream is read all the same', async () => {
	temporary.mockReturnValue(join(folder, 'missing'));
	try {
		const image = Readable.from([await plain(64, 64).png().toBuffer()]);
		const ended = new Promise((resolve) => image.once('close', resolve));
		await expect(inspectColors(image)).rejects.toMatchObject({
			code: 'overloaded',
			message: 'The image cannot be written into the folder for temporary files',
		});
		await ended;
	} finally {
		temporary.mockReturnValue(folder);
	}
});
