import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { headBytes } from './inspect';
import { receiveImage } from './receive';
import { recordFigure } from '../test/support/figures';

const limits = { maxBytes: 10_000_000, maxPixels: 50_000_000 };
/** Noise, which no format can make small. */
const picture = (width = 300, height = 200) =>
	sharp(Buffer.from(Array.from({ length: width * height * 3 }, (_, n) => (n * 7919 + ((n * n) % 251)) % 256)), {
		raw: { width, height, channels: 3 },
	});
const receive = async (bytes: Buffer | Readable, more: Partial<typeof limits> = {}) => {
	let stored = 0;
	const source = Buffer.isBuffer(bytes) ? Readable.from(inPieces(bytes)) : bytes;
	const result = receiveImage(source, { ...limits, ...more }, 'https://pictures.example', async (stream) => {
		stored++;
		return await buffer(stream);
	});
	return { result: await result.catch((error: unknown) => error), stored: () => stored };
};

function* inPieces(bytes: Buffer): Generator<Buffer> {
	for (let at = 0; at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000);
}

it.each([
	['png', 'image/png', 'png'],
	['jpeg', 'image/jpeg', 'jpg'],
	['webp', 'image/webp', 'webp'],
	['gif', 'image/gif', 'gif'],
	['avif', 'image/avif', 'avif'],
] as const)('a %s is stored byte for byte, its kind and size read from itself', async (format, mimeType, extension) => {
	const bytes = await picture().toFormat(format).toBuffer();
	const { result } = await receive(bytes);
	expect(result).toMatchObject({ facts: { mimeType, extension, width: 300, height: 200 }, bytes: bytes.length });
	expect((result as { stored: Buffer }).stored.equals(bytes)).toBe(true);
});

it('a picture far larger than what is held of it goes through whole', async () => {
	const bytes = await picture(900, 700).png({ compressionLevel: 0 }).toBuffer();
	expect(bytes.length).toBeGreaterThan(headBytes * 4);
	const { result } = await receive(bytes);
	expect((result as { stored: Buffer }).stored.equals(bytes)).toBe(true);
});

it.each(['png', 'jpeg', 'webp'] as const)('a %s that is cut off is an error', async (format) => {
	const bytes = await picture().toFormat(format).toBuffer();
	expect((await receive(bytes.subarray(0, bytes.length - 200))).result).toMatchObject({
		code: 'malformedResponse',
		message: expect.stringContaining('cut off'),
	});
});

it.each([
	['nothing', Buffer.alloc(0), /empty/],
	['a web page', Buffer.from('<html><body>Not found</body></html>'), /not an image/],
	[
		'an SVG',
		Buffer.from(
			'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><image href="file:///etc/passwd"/></svg>',
		),
		/not an image/,
	],
	['JSON', Buffer.from('{"error":"expired"}'), /not an image/],
	['chance bytes', Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9]), /not an image/],
])('%s is rejected before any byte is stored', async (_what, bytes, message) => {
	const { result, stored } = await receive(bytes);
	expect(result).toMatchObject({ code: 'malformedResponse', message: expect.stringMatching(message) });
	expect(stored()).toBe(0);
});

it('a picture with more pixels than allowed is rejected by its header', async () => {
	const bytes = await picture().png().toBuffer();
	bytes.writeUInt32BE(50_000, 16);
	bytes.writeUInt32BE(50_000, 20);
	const { result, stored } = await receive(bytes);
	expect(result).toMatchObject({ code: 'invalidRequest', message: expect.stringContaining('50000 × 50000') });
	expect(stored()).toBe(0);
});

it('a picture that grows beyond the limit is stopped while it flows', async () => {
	const bytes = await picture().png().toBuffer();
	expect((await receive(bytes, { maxBytes: bytes.length - 1 })).result).toMatchObject({
		code: 'invalidRequest',
		message: expect.stringContaining('larger than'),
	});
});

it('a connection that breaks half way is an error that may be tried again', async () => {
	const bytes = await picture().png().toBuffer();
	const source = new PassThrough();
	source.write(bytes.subarray(0, 5_000));
	setImmediate(() => source.destroy(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })));
	expect((await receive(source)).result).toMatchObject({ code: 'network', retryable: true });
});

it('a store that fails is the error, and the download is dropped', async () => {
	const source = Readable.from(inPieces(await picture().png().toBuffer()));
	await expect(
		receiveImage(source, limits, 'x', async () => {
			throw new Error('disk full');
		}),
	).rejects.toThrow('disk full');
	expect(source.destroyed).toBe(true);
});

it('holds no more than the head of it, however large it is', async () => {
	let given = 0;
	const bytes = await picture(900, 700).png({ compressionLevel: 0 }).toBuffer();
	const source = Readable.from(
		(function* () {
			for (const piece of inPieces(bytes)) {
				given += piece.length;
				yield piece;
			}
		})(),
	);
	const seen: number[] = [];
	await receiveImage(source, limits, 'x', async (stream) => {
		// The store has read nothing yet, so all bytes taken from the source are in the buffers.
		await new Promise((resolve) => setImmediate(resolve));
		seen.push(given);
		return await buffer(stream);
	});
	expect(seen[0]).toBeGreaterThanOrEqual(headBytes);
	expect(seen[0]).toBeLessThan(headBytes + 200_000);
	recordFigure(
		'images.held',
		`${Math.round((seen[0] ?? 0) / 1_000)} kB of a file of ${Math.round(bytes.length / 1_000)} kB`,
	);
});

it('exactly as many bytes as allowed are taken', async () => {
	const bytes = await picture().png().toBuffer();
	expect((await receive(bytes, { maxBytes: bytes.length })).result).toMatchObject({ bytes: bytes.length });
});

it('a picture that is too large is rejected without a retry; one that is cut off may be fetched again', async () => {
	const bytes = await picture().png().toBuffer();
	expect((await receive(bytes, { maxBytes: 1_000 })).result).toMatchObject({
		retryable: false,
		hint: expect.stringContaining('Max Image Size') as string,
	});
	expect((await receive(bytes.subarray(0, -100))).result).toMatchObject({
		retryable: true,
		message: `The image is cut off after ${bytes.length - 100} bytes`,
	});
});

it('a picture that comes in one piece, or byte by byte, is the same picture', async () => {
	const bytes = await picture(20, 20).png().toBuffer();
	for (const source of [Readable.from([bytes]), Readable.from([...bytes].map((byte) => Buffer.from([byte])))])
		expect((await receive(source)).result).toMatchObject({ bytes: bytes.length, facts: { width: 20 } });
});

it('a small picture whose connection breaks is an error although its head was whole', async () => {
	const bytes = await picture().png().toBuffer();
	const source = new PassThrough();
	source.write(bytes);
	setImmediate(() => source.destroy(new Error('socket hang up')));
	expect((await receive(source)).result).toMatchObject({ code: 'network' });
});

it('the error of a time-out during the download names the time limit', async () => {
	const source = new PassThrough();
	source.write((await picture().png().toBuffer()).subarray(0, 500));
	setImmediate(() => source.destroy(Object.assign(new Error('canceled'), { code: 'ERR_CANCELED' })));
	expect((await receive(source)).result).toMatchObject({
		code: 'timeout',
		retryable: true,
		message: expect.not.stringContaining(' 0 s') as string,
	});
});

it('a rejected download is aborted, not read to its end', async () => {
	const source = new PassThrough();
	source.write(Buffer.concat([Buffer.from('<html>'), Buffer.alloc(headBytes, 'x')]));
	expect((await receive(source)).result).toMatchObject({ code: 'malformedResponse' });
	expect(source.destroyed).toBe(true);
});
