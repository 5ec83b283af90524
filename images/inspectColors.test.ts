import { Readable } from 'node:stream';
import sharp from 'sharp';
import { inspectColors } from './inspectColors';

const plain = (color: string) => sharp({ create: { width: 300, height: 200, channels: 3, background: color } });
const noise = () =>
	sharp({
		create: {
			width: 300,
			height: 200,
			channels: 3,
			background: '#000',
			noise: { type: 'gaussian', mean: 128, sigma: 40 },
		},
	});
const look = (bytes: Buffer) =>
	inspectColors(Readable.from(bytes.length > 0 ? [bytes.subarray(0, 700), bytes.subarray(700)] : []));

it.each(['png', 'jpeg', 'webp', 'avif', 'gif'] as const)('a %s of one colour is seen to be one', async (format) => {
	expect((await look(await plain('#000000').toFormat(format).toBuffer())).onlyColor).toBe('#000000');
});

it('shades of grey and pictures that one can see through count too', async () => {
	expect((await look(await plain('#808080').grayscale().png().toBuffer())).onlyColor).toBe('#808080');
	expect(
		(
			await look(
				await sharp({
					create: { width: 50, height: 50, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
				})
					.png()
					.toBuffer(),
			)
		).onlyColor,
	).toBe('#000000');
});

it('a picture that shows something is not of one colour, however little it is', async () => {
	expect((await look(await noise().png().toBuffer())).onlyColor).toBeNull();
	const spot = await plain('#ffffff')
		.composite([{ input: await plain('#000000').resize(9, 9).png().toBuffer(), left: 100, top: 50 }])
		.png()
		.toBuffer();
	expect((await look(spot)).onlyColor).toBeNull();
});

it.each([
	[
		'in the middle',
		(bytes: Buffer) =>
			Buffer.concat([
				bytes.subarray(0, bytes.length / 2),
				Buffer.alloc(60, 7),
				bytes.subarray(bytes.length / 2 + 60),
			]),
	],
	['at its end', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
	['from the start', () => Buffer.from('no picture at all')],
	['and empty', () => Buffer.alloc(0)],
])('a picture that is broken %s cannot be decoded', async (_where, broken) => {
	await expect(look(broken(await noise().png().toBuffer()))).rejects.toMatchObject({
		code: 'malformedResponse',
		retryable: false,
		message: expect.stringContaining('cannot be decoded') as string,
	});
});

it('a stream that breaks is its own failure', async () => {
	const bytes = await noise().png().toBuffer();
	const broken = Readable.from(
		(function* () {
			yield bytes.subarray(0, 500);
			throw new Error('line cut');
		})(),
	);
	await expect(inspectColors(broken)).rejects.toThrow('line cut');
});
