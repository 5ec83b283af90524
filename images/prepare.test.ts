import { Readable } from 'node:stream';
import sharp, { type Sharp } from 'sharp';
import { type FileLimits, prepareFile, type SourceFile } from './prepare';

const limits: FileLimits = { mimeTypes: ['image/png', 'image/jpeg'], maxBytes: 200_000, maxSide: 1000 };
const noise = (width: number, height: number, channels: 3 | 4 = 3) =>
	sharp({
		create: {
			width,
			height,
			channels,
			background: { r: 0, g: 0, b: 0, alpha: 0.5 },
			noise: { type: 'gaussian', mean: 128, sigma: 40 },
		},
	});
const plain = (width: number, height: number, channels: 3 | 4 = 3) =>
	sharp({ create: { width, height, channels, background: { r: 9, g: 9, b: 9, alpha: 0.5 } } });

const fileOf = (bytes: Buffer, fileName = 'photo.png', mimeType = 'image/png'): SourceFile => ({
	fileName,
	mimeType,
	bytes: null,
	open: () =>
		Promise.resolve(Readable.from([bytes.subarray(0, 100), bytes.subarray(100)].filter((part) => part.length > 0))),
});

async function prepare(
	bytes: Buffer,
	{ fit = false, ...more }: { fit?: boolean; fileName?: string } & Partial<FileLimits> = {},
) {
	const stored: Buffer[] = [];
	const file = await prepareFile(
		fileOf(bytes, more.fileName),
		{ ...limits, ...more },
		{
			fit,
			store: (data, fileName, mimeType) => {
				stored.push(data);
				return Promise.resolve({ ...fileOf(data, fileName, mimeType), bytes: data.length });
			},
		},
	);
	const sent: Buffer[] = [];
	for await (const chunk of await file.open()) sent.push(chunk as Buffer);
	return { file, stored, sent: Buffer.concat(sent) };
}
const encoded = async (picture: Sharp, format: 'png' | 'jpeg' | 'webp' | 'gif') =>
	await picture.toFormat(format).toBuffer();

it('a picture that fits is sent byte for byte, and can be opened again for a second attempt', async () => {
	const bytes = await encoded(plain(300, 200), 'png');
	const { file, stored, sent } = await prepare(bytes);
	expect(stored).toEqual([]);
	expect(sent.equals(bytes)).toBe(true);
	expect(file).toMatchObject({ fileName: 'photo.png', mimeType: 'image/png', bytes: bytes.length });
});

it('its type is read from its bytes, whatever its name and n8n say', async () => {
	const { file } = await prepare(await encoded(plain(30, 20), 'jpeg'), { fileName: 'photo.png' });
	expect(file).toMatchObject({ fileName: 'photo.jpg', mimeType: 'image/jpeg' });
});

it('a picture that lies on its side is turned upright, and keeps its format', async () => {
	const bytes = await plain(300, 200).jpeg().withMetadata({ orientation: 6 }).toBuffer();
	const { file, sent } = await prepare(bytes);
	expect(file.mimeType).toBe('image/jpeg');
	expect(await sharp(sent).metadata()).toMatchObject({ width: 200, height: 300, format: 'jpeg' });
	expect((await sharp(sent).metadata()).orientation ?? 1).toBe(1);
});

it.each([
	[
		'of a type that is not taken',
		async () => await encoded(plain(30, 20), 'gif'),
		/is image\/gif; allowed are image\/png, image\/jpeg/,
	],
	[
		'that is too large',
		async () => await encoded(noise(500, 500), 'png'),
		/has \d+ bytes; at most 200000 are allowed/,
	],
])(
	'a picture %s is rejected unless it may be changed',
	async (_what, bytes, message) => {
		await expect(prepare(await bytes())).rejects.toMatchObject({
			code: 'invalidRequest',
			delivery: 'notSent',
			message: expect.stringMatching(message) as string,
			hint: expect.stringContaining('Fit References') as string,
		});
		const { file, sent } = await prepare(await bytes(), { fit: true });
		expect(limits.mimeTypes).toContain(file.mimeType);
		expect(sent.length).toBeLessThanOrEqual(200_000);
		expect(sent.length).toBe(file.bytes);
	},
	30_000,
);

it('where it may be changed, the longest side is brought down to what makes sense, the ratio kept', async () => {
	const { sent } = await prepare(await encoded(plain(4000, 2000), 'png'), { fit: true });
	expect(await sharp(sent).metadata()).toMatchObject({ width: 1000, height: 500 });
	const { sent: asItWas } = await prepare(await encoded(plain(4000, 2000), 'png'));
	expect(await sharp(asItWas).metadata()).toMatchObject({ width: 4000, height: 2000 });
});

it('what one can see through is written as PNG, the rest as JPEG', async () => {
	expect((await prepare(await encoded(plain(30, 20, 4), 'webp'), { fit: true })).file).toMatchObject({
		mimeType: 'image/png',
		fileName: 'photo.png',
	});
	expect((await prepare(await encoded(plain(30, 20), 'webp'), { fit: true })).file).toMatchObject({
		mimeType: 'image/jpeg',
		fileName: 'photo.jpg',
	});
});

it.each([
	['nothing', Buffer.alloc(0)],
	['no picture', Buffer.from('<html>Not found</html>')],
	['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>')],
])('%s is an error that names the problem', async (_what, bytes) => {
	await expect(prepare(bytes, { fit: true })).rejects.toMatchObject({
		code: 'invalidRequest',
		message: expect.stringContaining('is not an image') as string,
	});
});

it('a picture that is cut off is rejected', async () => {
	const bytes = await encoded(noise(100, 100), 'png');
	await expect(prepare(bytes.subarray(0, 5_000), { fit: true })).rejects.toMatchObject({
		code: 'invalidRequest',
		message: 'is cut off after 5000 bytes',
	});
});
