import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { ImageError } from '../../model/errors';
import { inspectHead, unreadable } from '../inspect';
import { startChild } from './childProcess';
import { assertDecodable, type Cost, costOf, encodingCost } from './cost';
import { canceled, Lane } from './lane';
import type { Answer, Layer, Operation, Order, Result } from './operations';
import { type PictureFile, withPictureFile } from './pictureFile';

export interface WorkOptions {
	/** Stops the work within a second. */
	signal?: AbortSignal | undefined;
	/** Pixels; images with more are refused. */
	maxPixels: number;
}

/** A process without work ends after this time. */
const idleMs = 10_000;
/** What every work may take beyond four times its estimate: the machine may have more important work. */
const graceMs = 60_000;
/** What every work may take in memory beyond its estimate. */
const graceBytes = 200_000_000;

/** Work of this size waits for no larger work: it has its own process. */
const small = { milliseconds: 2_500, bytes: 100_000_000 };

const lanes = {
	small: new Lane({ start: startChild, idleMs }),
	large: new Lane({ start: startChild, idleMs }),
};

/**
 * Does work on an image outside n8n's process. An image whose decoding would take more time or memory than any honest
 * image takes is refused before a pixel is decoded.
 * Throws `invalidRequest` for such an image, `malformedResponse` for one that cannot be decoded, `timeout`, `canceled`,
 * `overloaded` if the process failed, and the stream's own error.
 */
export async function workOn<O extends Operation>(
	image: Readable | Buffer,
	operation: O,
	{ signal, maxPixels }: WorkOptions,
): Promise<Result<O>> {
	return await withPictureFile(Buffer.isBuffer(image) ? [image] : image, async (file) => {
		if (signal?.aborted) throw canceled();
		const facts = await inspectHead(file.structure.head, maxPixels).catch((cause: unknown) => {
			throw cause instanceof ImageError && cause.code === 'malformedResponse'
				? undecodable(cause.message, cause)
				: cause;
		});
		assertDecodable(facts, file.structure);
		const format = facts.mimeType.replace('image/', '');
		return await carriedOut(file, format, costOf(facts, file.structure, operation), operation, signal);
	});
}

/** Puts layers (PNG, or SVG made by the pack) on a background. Throws as `workOn`. */
export async function makeSheet(
	layers: ReadonlyArray<Omit<Layer, 'bytes'> & { data: Buffer }>,
	style: Omit<Extract<Operation, { kind: 'sheet' }>, 'kind' | 'layers'>,
	signal: AbortSignal | undefined,
): Promise<Buffer> {
	const operation: Extract<Operation, { kind: 'sheet' }> = {
		kind: 'sheet',
		...style,
		layers: layers.map(({ data, left, top }) => ({ bytes: data.length, left, top })),
	};
	// The layers together are no larger than the sheet.
	const cost = { pixels: 0, decodeBytes: style.width * style.height * 4, ...encodingCost(operation, style) };
	const { data } = await withPictureFile(
		layers.map((layer) => layer.data),
		async (file) => await carriedOut(file, '', cost, operation, signal),
	);
	return data;
}

async function carriedOut<O extends Operation>(
	{ path, output }: PictureFile,
	format: string,
	cost: Cost,
	operation: O,
	signal: AbortSignal | undefined,
): Promise<Result<O>> {
	const bytes = cost.decodeBytes + cost.encodeBytes;
	const isSmall = cost.milliseconds <= small.milliseconds && bytes <= small.bytes;
	const order: Order = {
		input: path,
		format,
		pixels: cost.pixels,
		output,
		operation,
		maxExtraBytes: graceBytes + 1.5 * bytes,
	};
	const answer = await lanes[isSmall ? 'small' : 'large'].run(order, graceMs + 4 * cost.milliseconds, signal);
	return (await resultOf(answer, operation, output)) as Result<O>;
}

async function resultOf(answer: Answer, operation: Operation, output: string): Promise<object> {
	if (answer.kind === 'animated') throw animated(answer.frames);
	if (answer.kind !== 'done') throw undecodable(answer.kind === 'failed' ? answer.reason : answer.kind);
	if (operation.kind === 'inspectColors' || operation.kind === 'readHeader') return answer.value;
	return { ...answer.value, data: await readFile(output) };
}

/** The error of an operation for still images. */
export function animated(frames: number): ImageError {
	return new ImageError('invalidRequest', {
		message: `The image is animated (${frames} frames); only still images are supported`,
		hint: 'Extract one frame first',
		delivery: 'notSent',
	});
}

function undecodable(reason: string, cause?: unknown): ImageError {
	return unreadable(`The image cannot be decoded: ${reason}`, cause);
}
