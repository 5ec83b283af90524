import type { OutputFormat } from '../export/formats.ts';

/** The requested format and size of an image. */
export interface Conversion {
	format: OutputFormat;
	/** 1–100; not used for PNG. */
	quality: number;
	/** Pixels. If one is null, the proportions are kept. If both are null, the size does not change. */
	width: number | null;
	height: number | null;
	fit: 'inside' | 'outside' | 'cover' | 'contain' | 'fill';
	/** Whether a smaller image may be enlarged. */
	enlarge: boolean;
	/** Whether EXIF, XMP and PNG text are kept. The color profile is always kept. */
	keepMetadata: boolean;
	/** Color behind transparent parts (JPEG), and around the image with `contain`. */
	background: string;
}

/** One layer of a sheet: its bytes follow those of the layer before it in the input file. */
export interface Layer {
	bytes: number;
	left: number;
	top: number;
}

/** The work that the process for images can do, as data. */
export type Operation =
	/** Decodes the image to its end, and finds whether it has only one color. */
	| { kind: 'inspectColors' }
	/** Reads what stands before the pixels. */
	| { kind: 'readHeader' }
	| ({ kind: 'convert' } & Conversion)
	/** Turns the image upright and scales it down into a square. */
	| { kind: 'fit'; side: number; format: 'png' | 'jpeg' | 'webp'; quality: number }
	/** A small PNG for a contact sheet. */
	| { kind: 'tile'; side: number }
	| {
			kind: 'sheet';
			width: number;
			height: number;
			background: string;
			format: OutputFormat;
			quality: number;
			layers: Layer[];
	  };

/** The facts that are known only after the whole image is decoded. */
export interface InspectedColors {
	/** As `#rrggbb` if the image has only one color, else null. */
	onlyColor: string | null;
}

/** What stands before the pixels of an image. Texts and blocks of more than a megabyte are left out. */
export interface Header {
	/** EXIF orientation; 1 is upright. */
	orientation: number;
	hasAlpha: boolean;
	/** Frames or pages; 1 for a still image. */
	pages: number;
	exif: Buffer | null;
	xmp: string | null;
	/** The PNG text with the keyword `parameters`. */
	parameters: string | null;
}

/** An image that was written. */
export interface Written {
	width: number;
	height: number;
}

export type Result<O extends Operation> = O extends { kind: 'inspectColors' }
	? InspectedColors
	: O extends { kind: 'readHeader' }
		? Header
		: Written & { data: Buffer };

/** What the parent process sends. */
export interface Order {
	/** The file to read; its format and the number of pixels that its cost was computed for. */
	input: string;
	format: string;
	pixels: number;
	/** The file to write, if the operation writes one. */
	output: string;
	operation: Operation;
	/** The process may have this many bytes more in memory than before the order. */
	maxExtraBytes: number;
}

/** What the process answers. */
export type Answer =
	| { kind: 'done'; value: InspectedColors | Header | Written }
	| { kind: 'failed'; reason: string }
	/** The operation is for still images, and the image has several frames. */
	| { kind: 'animated'; frames: number }
	| { kind: 'tooMuchMemory' };
