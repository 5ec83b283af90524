import fc from 'fast-check';
import sharp from 'sharp';
import { endsWhole, headBytes, inspectHead } from './inspect';

const plain = (width: number, height: number) =>
	sharp({ create: { width, height, channels: 3, background: '#336699' } });
const formats = ['png', 'jpeg', 'webp', 'gif', 'avif', 'tiff'] as const;

it.each(formats)('the size of a %s is in its first bytes', async (format) => {
	const bytes = await plain(320, 200).toFormat(format).toBuffer();
	await expect(inspectHead(bytes.subarray(0, headBytes), 1_000_000)).resolves.toMatchObject({
		width: 320,
		height: 200,
		mimeType: `image/${format}`,
	});
});

it('what the pixels are counted by is their number, to the last one', async () => {
	const bytes = await plain(30, 20).png().toBuffer();
	await expect(inspectHead(bytes, 600)).resolves.toMatchObject({ width: 30, height: 20 });
	await expect(inspectHead(bytes, 599)).rejects.toMatchObject({
		code: 'invalidRequest',
		retryable: false,
		message: 'The image is 30 × 20, more than the 599 pixels allowed',
	});
});

it.each([
	[0, 20],
	[20, 0],
])('a picture of %i × %i is none', async (width, height) => {
	const bytes = await plain(20, 20).png().toBuffer();
	bytes.writeUInt32BE(width, 16);
	bytes.writeUInt32BE(height, 20);
	await expect(inspectHead(bytes, 1_000_000)).rejects.toMatchObject({ code: 'malformedResponse', retryable: false });
});

it('a picture of one pixel is one', async () => {
	await expect(inspectHead(await plain(1, 1).png().toBuffer(), 1)).resolves.toMatchObject({ width: 1, height: 1 });
});

it.each([
	['nothing', '', /empty \(0 bytes\)/],
	['a page', '<html>\n<body>Not found', /^The file is not an image of a known format$/],
	['a long text', 'x'.repeat(500), /^The file is not an image of a known format$/],
	['an SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', /not an image/],
	['bytes', Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9]), /^The file is not an image of a known format$/],
	[
		'a BMP, which is not among the formats taken',
		Buffer.concat([Buffer.from('BM'), Buffer.alloc(24), Buffer.alloc(40)]),
		/not an image/,
	],
])('%s is rejected, and none of its bytes is quoted', async (_what, content, message) => {
	await expect(inspectHead(Buffer.from(content), 1_000_000)).rejects.toMatchObject({
		code: 'malformedResponse',
		retryable: false,
		message: expect.stringMatching(message) as string,
	});
});

it('whatever bytes come, they are a picture within the limit or an error of ours', async () => {
	const real = await Promise.all(formats.map(async (format) => await plain(64, 48).toFormat(format).toBuffer()));
	const damaged = fc
		.tuple(fc.constantFrom(...real), fc.nat(200), fc.integer({ min: 0, max: 255 }), fc.nat(300))
		.map(([bytes, at, value, length]) => {
			const copy = Buffer.from(bytes.subarray(0, length));
			if (at < copy.length) copy.writeUInt8(value, at);
			return copy;
		});
	await fc.assert(
		fc.asyncProperty(
			fc.oneof(
				damaged,
				fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
			),
			async (head) => {
				const result = await inspectHead(head, 10_000).catch((error: unknown) => error);
				if (result instanceof Error)
					expect(result).toMatchObject({
						name: 'ImageError',
						code: expect.stringMatching(/^(malformedResponse|invalidRequest)$/) as string,
					});
				else
					expect(result).toMatchObject({
						width: expect.any(Number) as number,
						mimeType: expect.stringMatching(/^image\//) as string,
					});
			},
		),
		{ numRuns: 300 },
	);
});

describe('a file that ends where it should', () => {
	const whole = async (format: (typeof formats)[number]) => await plain(64, 48).toFormat(format).toBuffer();
	const ends = (mimeType: string, bytes: Buffer) => endsWhole(mimeType, bytes.subarray(-4096), bytes.length, bytes);

	it.each(formats)('counts as whole: %s', async (format) => {
		expect(ends(`image/${format}`, await whole(format))).toBe(true);
	});

	it.each(['png', 'jpeg', 'webp'] as const)('does not when it is cut anywhere after its head: %s', async (format) => {
		const bytes = await whole(format);
		const last = format === 'png' ? 12 : format === 'webp' ? 1 : 2;
		fc.assert(
			fc.property(fc.integer({ min: 12, max: bytes.length - last }), (length) => {
				expect(ends(`image/${format}`, bytes.subarray(0, length))).toBe(false);
			}),
		);
	});
});
