/** Tags of the Exif standard that the pack writes. */
const imageDescription = 0x010e;
const software = 0x0131;
const exifPointer = 0x8769;
const userComment = 0x9286;

const ascii = 2;
const long = 4;
const undefinedType = 7;

interface Field {
	tag: number;
	type: number;
	value: Buffer;
}

/**
 * An Exif block (TIFF, without the `Exif` signature) with a description and a user comment. The other data of an
 * existing block stay at their offsets, because the block points to them by offset. New directories are written after
 * them.
 */
export function exifWith(texts: { description: string; comment: string }, existing: Buffer | undefined): Buffer {
	const tiff =
		existing && isTiff(existing) ? existing : Buffer.from([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0]);
	const order = new Order(tiff.toString('latin1', 0, 2) === 'II');
	const first = entriesAt(tiff, order.read32(tiff, 4), order);
	const pointer = first.find(({ tag }) => tag === exifPointer);
	const second = pointer ? entriesAt(tiff, order.read32(pointer.entry, 8), order) : [];
	const out = new Appender(tiff, order);
	const exifAt = out.directory(second, [
		{ tag: userComment, type: undefinedType, value: unicode(texts.comment, order) },
	]);
	const mainAt = out.directory(first, [
		{ tag: imageDescription, type: ascii, value: Buffer.from(`${texts.description}\0`) },
		{ tag: software, type: ascii, value: Buffer.from('n8n-nodes-image-pipelines\0') },
		{ tag: exifPointer, type: long, value: order.long(exifAt) },
	]);
	return out.finish(mainAt);
}

/**
 * A user comment as the Stable Diffusion tools write it: the name of its encoding, then UTF-16 in the byte order of the
 * block. A new block is big-endian, because the readers of those tools expect that.
 */
function unicode(text: string, order: Order): Buffer {
	const little = Buffer.from(text, 'utf16le');
	return Buffer.concat([Buffer.from('UNICODE\0', 'latin1'), order.little ? little : little.swap16()]);
}

/** The text of a user comment in any of its encodings. */
export function commentText(value: Buffer, little: boolean): string {
	const body = value.subarray(8);
	if (value.toString('latin1', 0, 7) !== 'UNICODE') return withoutEndZeros(body.toString('utf8'));
	// Tools disagree about the byte order. Most letters have a zero byte, and its position shows the order.
	const looksLittle = body.length >= 2 && body[1] === 0 ? true : body[0] === 0 ? false : little;
	return withoutEndZeros((looksLittle ? body : Buffer.from(body).swap16()).toString('utf16le'));
}

function withoutEndZeros(text: string): string {
	let end = text.length;
	while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
	return text.slice(0, end);
}

export function isTiff(block: Buffer): boolean {
	return block.length >= 14 && ['II*\0', 'MM\0*'].includes(block.toString('latin1', 0, 4));
}

class Order {
	constructor(readonly little: boolean) {}
	read16(from: Buffer, at: number): number {
		return this.little ? from.readUInt16LE(at) : from.readUInt16BE(at);
	}
	read32(from: Buffer, at: number): number {
		return this.little ? from.readUInt32LE(at) : from.readUInt32BE(at);
	}
	short(value: number): Buffer {
		const out = Buffer.alloc(2);
		if (this.little) out.writeUInt16LE(value);
		else out.writeUInt16BE(value);
		return out;
	}
	long(value: number): Buffer {
		const out = Buffer.alloc(4);
		if (this.little) out.writeUInt32LE(value);
		else out.writeUInt32BE(value);
		return out;
	}
}

/** The entries of a directory, 12 bytes each; none if the directory is not completely within the block. */
function entriesAt(tiff: Buffer, at: number, order: Order): Array<{ tag: number; entry: Buffer }> {
	if (at === 0 || at + 2 > tiff.length) return [];
	const count = order.read16(tiff, at);
	if (at + 2 + count * 12 > tiff.length) return [];
	return Array.from({ length: count }, (_, index) => {
		const entry = tiff.subarray(at + 2 + index * 12, at + 14 + index * 12);
		return { tag: order.read16(entry, 0), entry };
	});
}

class Appender {
	private readonly parts: Buffer[];
	private length: number;

	constructor(
		private readonly tiff: Buffer,
		private readonly order: Order,
	) {
		this.parts = [tiff];
		this.length = tiff.length;
	}

	/**
	 * Appends a directory of the old entries and the new fields. A new field replaces the old entry with the same tag.
	 * Returns the offset of the directory.
	 */
	directory(old: ReadonlyArray<{ tag: number; entry: Buffer }>, fields: readonly Field[]): number {
		const kept = old.filter(({ tag }) => !fields.some((field) => field.tag === tag));
		const made = fields.map((field) => ({ tag: field.tag, entry: this.entry(field) }));
		const sorted = [...kept, ...made].sort((a, b) => a.tag - b.tag);
		return this.append(
			Buffer.concat([this.order.short(sorted.length), ...sorted.map(({ entry }) => entry), this.order.long(0)]),
		);
	}

	private entry({ tag, type, value }: Field): Buffer {
		const { order } = this;
		const count = type === long ? value.length / 4 : value.length;
		const inPlace =
			value.length <= 4 ? Buffer.concat([value, Buffer.alloc(4 - value.length)]) : order.long(this.append(value));
		return Buffer.concat([order.short(tag), order.short(type), order.long(count), inPlace]);
	}

	private append(part: Buffer): number {
		// Directories and values begin at even offsets.
		if (this.length % 2 === 1) this.push(Buffer.alloc(1));
		const at = this.length;
		this.push(part);
		return at;
	}

	private push(part: Buffer): void {
		this.parts.push(part);
		this.length += part.length;
	}

	finish(firstDirectory: number): Buffer {
		const out = Buffer.concat(this.parts);
		this.order.long(firstDirectory).copy(out, 4);
		return out;
	}
}
