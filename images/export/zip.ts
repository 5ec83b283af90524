import { createHash } from 'node:crypto';
import { PassThrough, Readable, Transform } from 'node:stream';
import { safeName } from '../../model/fileName';
import type { Lineage } from '../lineage';

/** A picture to write into an archive. It is opened once, just before it is written. */
export interface ZipEntry {
	/** The wanted name. It is made safe and unique in the archive. */
	name: string;
	lineage: Lineage;
	facts: { mimeType: string; width: number; height: number; bytes: number };
	open: () => Promise<Readable>;
}

/** A line of `manifest.json`. */
export interface ManifestEntry extends Lineage {
	name: string;
	mimeType: string;
	width: number;
	height: number;
	bytes: number;
	sha256: string;
}

export interface Zip {
	stream: Readable;
	/** Complete once the stream has ended. */
	manifest: ManifestEntry[];
}

export const manifestName = 'manifest.json';

/**
 * Packs pictures one after the other, with a manifest at the end. The pictures are not compressed again. Only the
 * current chunk is in memory. If a picture's stream fails, this stream fails with the same error.
 * @param time of all entries
 */
export async function zipOf(entries: readonly ZipEntry[], time: Date): Promise<Zip> {
	const { ZipFile } = await import('yazl');
	const zip = new ZipFile();
	const out = new PassThrough();
	const manifest: ManifestEntry[] = [];
	/** The picture that is being read. */
	let current: Readable | undefined;
	const fail = (error: Error) => out.destroy(error);
	// If the archive is abandoned, nothing else would close the picture's file or connection.
	out.once('close', () => current?.destroy());
	zip.on('error', fail);
	zip.outputStream.on('error', fail);
	zip.outputStream.pipe(out);
	const options = { compress: false, mtime: time };
	const names = uniqueNames(
		entries.map(({ name }) => name),
		[manifestName],
	);
	for (const [index, { open, lineage, facts }] of entries.entries()) {
		const name = names[index] ?? '';
		zip.addReadStreamLazy(name, { ...options, size: facts.bytes }, (give) => {
			open().then(
				(source) => {
					source.on('error', fail);
					current = source;
					if (out.destroyed) source.destroy();
					const hash = createHash('sha256');
					const hashed = new Transform({
						transform(chunk: Buffer, _encoding, done) {
							hash.update(chunk);
							done(null, chunk);
						},
						flush(done) {
							manifest.push({ name, ...facts, ...lineage, sha256: hash.digest('hex') });
							done();
						},
					});
					give(null, source.pipe(hashed));
				},
				(error: unknown) => {
					const failed = error instanceof Error ? error : new Error(String(error));
					fail(failed);
					give(failed, Readable.from([]));
				},
			);
		});
	}
	zip.addReadStreamLazy(manifestName, { ...options, compress: true }, (give) =>
		give(null, Readable.from([Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)])),
	);
	zip.end();
	return { stream: out, manifest };
}

/**
 * Makes names unique. Upper and lower case count as equal, because many file systems ignore case: `a.png`, `a (2).png`.
 */
export function uniqueNames(wanted: readonly string[], taken: readonly string[] = []): string[] {
	const used = new Set(taken.map((name) => name.toLowerCase()));
	/** The number to try next for each name, so that a thousand equal names are not counted a thousand times. */
	const next = new Map<string, number>();
	return wanted.map((wish) => {
		const name = safeName(wish);
		const dot = name.lastIndexOf('.');
		const [stem, extension] = dot > name.lastIndexOf('/') + 1 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
		let free = name;
		let number = next.get(name.toLowerCase()) ?? 2;
		for (; used.has(free.toLowerCase()); number++) free = `${stem} (${number})${extension}`;
		next.set(name.toLowerCase(), number);
		used.add(free.toLowerCase());
		return free;
	});
}
