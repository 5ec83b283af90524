import sharp from 'sharp';

const plain = (width: number, height: number) =>
	sharp({ create: { width, height, channels: 3, background: '#336699' }, limitInputPixels: false });

const scanStart = Buffer.from([0xff, 0xda]);
const huffmanTable = Buffer.from([0xff, 0xc4]);

/**
 * A progressive JPEG of one color with this many scans: the first scan of one component's details, with its table, is
 * there again and again. Each of them says that it has all bits, so no decoder finds them inconsistent.
 */
export async function jpegOfScans(width: number, height: number, scans: number): Promise<Buffer> {
	const jpeg = await plain(width, height).jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer();
	const starts: number[] = [];
	for (let at = jpeg.indexOf(scanStart); at >= 0; at = jpeg.indexOf(scanStart, at + 2)) starts.push(at);
	// The scans 0 to 9: brightness and colors, details of brightness, of the second and of the first color, …
	const [, second = 0, third = 0, fourth = 0] = starts;
	const from = jpeg.indexOf(huffmanTable, second);
	const scan = Buffer.from(jpeg.subarray(from, jpeg.indexOf(huffmanTable, third)));
	// The last byte of the header: no bits before this scan, none left out.
	scan[third - from + 9] = 0;
	const more = Array.from({ length: Math.max(0, scans - starts.length) }, () => scan);
	if (fourth === 0) throw new Error('The encoder made another kind of progressive JPEG');
	return Buffer.concat([jpeg.subarray(0, -2), ...more, jpeg.subarray(-2)]);
}

/** An interlaced PNG of one color with 16 bits: its decoder holds 6 bytes per pixel. */
export async function interlacedPng(width: number, height: number): Promise<Buffer> {
	return await plain(width, height).toColourspace('rgb16').png({ progressive: true, compressionLevel: 1 }).toBuffer();
}
