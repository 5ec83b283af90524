import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeBreak } from '../../http/breaks';
import { ImageError } from '../../model/errors';
import { headBytes } from '../inspect';
import { JpegScanner, type Structure } from './structure';

/** An image in a private folder. */
export interface PictureFile {
	path: string;
	/** Where the result of work on it can be written. */
	output: string;
	structure: Structure;
}

/** Bytes that are looked at in one go, so that a large buffer does not keep the event loop. */
const sliceBytes = 64 * 1024;

/**
 * Writes an image into a private folder, looks at its structure on the way, and removes the folder when the use of it
 * has ended, however it ends. The bytes go to the process for images this way, because a file is copied without
 * n8n's event loop.
 */
export async function withPictureFile<T>(
	source: AsyncIterable<Buffer> | Iterable<Buffer>,
	use: (file: PictureFile) => Promise<T>,
): Promise<T> {
	const folder = await onDisk(mkdtemp(join(tmpdir(), 'image-pipelines-picture-')));
	try {
		const path = join(folder, 'in');
		const structure = await written(source, path);
		return await use({ path, output: join(folder, 'out'), structure });
	} finally {
		await rm(folder, { recursive: true, force: true }).catch(() => undefined);
	}
}

async function written(source: AsyncIterable<Buffer> | Iterable<Buffer>, path: string): Promise<Structure> {
	const file = await onDisk(open(path, 'wx', 0o600));
	try {
		const heads: Buffer[] = [];
		let scanner: JpegScanner | null = null;
		let bytes = 0;
		for await (const chunk of source) {
			if (bytes === 0 && chunk[0] === 0xff) scanner = new JpegScanner();
			for (let at = 0; scanner && at < chunk.length; at += sliceBytes) {
				scanner.push(chunk.subarray(at, at + sliceBytes));
				await takeBreak();
			}
			if (bytes < headBytes) heads.push(chunk.subarray(0, headBytes - bytes));
			bytes += chunk.length;
			await onDisk(file.writeFile(chunk));
		}
		return { head: Buffer.concat(heads), jpeg: scanner?.found ?? null };
	} finally {
		await file.close();
	}
}

/** n8n replaces messages that contain an error code of the system, so the message has none. */
async function onDisk<T>(work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (cause) {
		throw new ImageError('overloaded', {
			message: 'The image cannot be written into the folder for temporary files',
			hint: `Make sure that ${tmpdir()} can be written and has space`,
			delivery: 'notSent',
			cause,
		});
	}
}
