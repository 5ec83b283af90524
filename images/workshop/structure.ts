/**
 * How the pixels of an image are stored, as far as it decides what decoding them costs. Read from the bytes as they
 * pass, without decoding.
 */
export interface Structure {
	/** The first bytes of the file. */
	head: Buffer;
	/** JPEG: the frame's own data; null for other formats. */
	jpeg: JpegStructure | null;
}

export interface JpegStructure {
	/** From the frame header; 0 if the file has none. */
	width: number;
	height: number;
	/** Coefficients per pixel: 3 for color at full size, 1.5 with halved chroma. */
	samplesPerPixel: number;
	isProgressive: boolean;
	/** How many times the decoder goes through (a part of) the image. */
	scans: number;
}

const startOfScan = 0xda;
const endOfImage = 0xd9;

/** Start of frame, of the kinds that are in use: baseline, extended, progressive. */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xc2;
/** Markers without a length: restarts, start and end of the image, TEM. */
const isBare = (marker: number) => (marker >= 0xd0 && marker <= 0xd9) || marker === 0x01;

/** The longest frame header that is read: 4 components have 20 bytes. */
const frameBytes = 64;

/**
 * Counts the scans of a JPEG in one pass over its bytes, in any chunks, as a decoder finds them: from marker to marker,
 * over the segments, until the end of the image.
 */
export class JpegScanner {
	readonly found: JpegStructure = { width: 0, height: 0, samplesPerPixel: 3, isProgressive: false, scans: 0 };
	/** `marker`: the last byte was FF. */
	private state: 'search' | 'marker' | 'length' | 'segment' | 'end' = 'search';
	private marker = 0;
	/** The length field or the frame header, while it arrives. */
	private collected: number[] = [];
	private left = 0;

	push(chunk: Buffer): void {
		let at = 0;
		while (at < chunk.length && this.state !== 'end') {
			if (this.state === 'search') {
				const next = chunk.indexOf(0xff, at);
				if (next < 0) return;
				this.state = 'marker';
				at = next + 1;
			} else if (this.state === 'segment') {
				at += this.segment(chunk, at);
			} else {
				this.byte(chunk[at] ?? 0);
				at++;
			}
		}
	}

	private byte(value: number): void {
		if (this.state === 'length') {
			this.collected.push(value);
			if (this.collected.length < 2) return;
			const [high = 0, low = 0] = this.collected;
			this.left = Math.max(0, high * 256 + low - 2);
			this.collected = [];
			this.state = this.left > 0 ? 'segment' : 'search';
			return;
		}
		// FF fills up; FF 00 is a byte of the pixels.
		if (value === 0xff) return;
		this.marker = value;
		if (value === startOfScan) this.found.scans++;
		this.state = value === endOfImage ? 'end' : value === 0 || isBare(value) ? 'search' : 'length';
	}

	private segment(chunk: Buffer, at: number): number {
		const taken = Math.min(this.left, chunk.length - at);
		if (isFrame(this.marker) && this.collected.length < frameBytes)
			this.collected.push(...chunk.subarray(at, at + Math.min(taken, frameBytes - this.collected.length)));
		this.left -= taken;
		if (this.left === 0) {
			// A decoder fails at a second frame.
			if (isFrame(this.marker) && this.found.width === 0) this.frame(this.collected);
			this.collected = [];
			this.state = 'search';
		}
		return taken;
	}

	/** Precision, height and width (2 bytes each), number of components, and 3 bytes for each: id, sampling, table. */
	private frame([, high = 0, low = 0, wide = 0, narrow = 0, components = 0, ...rest]: readonly number[]): void {
		const samplings = Array.from({ length: Math.min(components, 4) }, (_, index) => rest[index * 3 + 1] ?? 0x11);
		const areas = samplings.map((sampling) => (sampling >> 4) * (sampling & 15));
		const whole =
			Math.max(...samplings.map((sampling) => sampling >> 4)) * Math.max(...samplings.map((s) => s & 15));
		const { found } = this;
		found.height = high * 256 + low;
		found.width = wide * 256 + narrow;
		found.samplesPerPixel = whole > 0 ? areas.reduce((sum, area) => sum + area, 0) / whole : 3;
		found.isProgressive = this.marker === 0xc2;
	}
}
