import { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';

/** An answer whose body is read as a stream. */
export interface StreamAnswer {
	status: number;
	headers: Record<string, unknown>;
	data: Readable;
}

export interface ResumeOptions {
	/** Requests the same file again with these headers. */
	ask: (headers: Record<string, string>) => Promise<StreamAnswer>;
	/** Aborts when nobody needs the file any more. */
	signal: AbortSignal;
}

/** All constants of resumed downloads. */
export const resumes = {
	/** Requests for the rest of one file. */
	max: 4,
	/** Pause before the first of them; it grows with each, in ms. */
	pauseMs: 250,
	/** A file that changed less than this before its answer may change again in the same second, in ms. */
	settledMs: 60_000,
};

/**
 * The bytes of an answer. If the connection breaks, the rest is requested, provided that the server proves with its
 * `ETag` or `Last-Modified` that it sends the rest of the same file. Otherwise the stream fails with the error of the
 * connection, and the caller starts again: bytes that were passed on cannot be taken back.
 */
export function withResumes(first: StreamAnswer, options: ResumeOptions): Readable {
	const version = versionOf(first);
	if (!version) return first.data;
	let current = first.data;
	const whole = Readable.from(bytes(), { objectMode: false });
	// Without this, the connection of a silent server would stay open after the reader has gone.
	whole.once('close', () => current.destroy());
	return whole;

	async function* bytes(): AsyncGenerator<Buffer> {
		let from = 0;
		for (let asked = 0; ; ) {
			try {
				for await (const chunk of current as AsyncIterable<Buffer>) {
					from += chunk.length;
					yield chunk;
				}
				return;
			} catch (broken) {
				const rest = await restOf(from, () => asked++ < resumes.max, asked);
				// The error of the connection, as the stream without resumes has it.
				if (!rest) return whole.destroy(broken instanceof Error ? broken : new Error(String(broken)));
				current = rest;
			}
		}
	}

	/** The rest of the file; null if the server does not send it. */
	async function restOf(from: number, mayAsk: () => boolean, asked: number): Promise<Readable | null> {
		while (mayAsk()) {
			try {
				await setTimeout(resumes.pauseMs * 2 ** asked++, undefined, { signal: options.signal });
				const answer = await options.ask({ range: `bytes=${from}-`, 'if-range': version?.value ?? '' });
				if (version && isRest(answer, from, version)) return answer.data;
				answer.data.destroy();
				return null;
			} catch {
				if (options.signal.aborted) return null;
			}
		}
		return null;
	}
}

/** What shows that two answers have the same file, with the file's length. */
interface Version {
	header: 'etag' | 'last-modified';
	value: string;
	length: number;
}

/** Null if the rest of this answer could not be requested safely. */
function versionOf({ status, headers, data }: StreamAnswer): Version | null {
	const length = Number(textOf(headers['content-length']) ?? Number.NaN);
	const acceptsRanges = textOf(headers['accept-ranges'])?.trim().toLowerCase() === 'bytes';
	// Bytes that were decompressed have other positions; they come from another stream.
	if (status !== 200 || !acceptsRanges || !(length > 0) || !(data instanceof IncomingMessage)) return null;
	if ((textOf(headers['content-encoding']) ?? 'identity') !== 'identity') return null;
	const etag = textOf(headers['etag']);
	if (etag !== undefined) return etag.startsWith('"') ? { header: 'etag', value: etag, length } : null;
	const changed = textOf(headers['last-modified']);
	const age = Date.parse(textOf(headers['date']) ?? '') - Date.parse(changed ?? '');
	return changed !== undefined && age >= resumes.settledMs
		? { header: 'last-modified', value: changed, length }
		: null;
}

/** Whether an answer has exactly the bytes from this position to the end of the same file. */
function isRest({ status, headers, data }: StreamAnswer, from: number, { header, value, length }: Version): boolean {
	const range = textOf(headers['content-range'])?.trim().toLowerCase();
	return (
		status === 206 &&
		data instanceof IncomingMessage &&
		range === `bytes ${from}-${length - 1}/${length}` &&
		textOf(headers[header]) === value &&
		(textOf(headers['content-encoding']) ?? 'identity') === 'identity'
	);
}

const textOf = (header: unknown): string | undefined => (typeof header === 'string' ? header : undefined);
