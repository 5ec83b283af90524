import type { Readable } from 'node:stream';
import { ImageError } from '../model/errors';
import { type AddressPolicy, createAddressGuard, type Resolver } from './addressGuard';
import { keepAliveAgents } from './agents';
import { codeOfStatus } from './httpStatus';
import { toNetworkError } from './networkError';
import { parseRetryAfter } from './retryAfter';

export interface DownloadLimits {
	maxBytes: number;
	/** From the request to the last byte, in ms. */
	timeoutMs: number;
}

export interface Download {
	/** Fails if the connection breaks, the time is over or the signal aborts. */
	stream: Readable;
	/** As the server says, in bytes; null if it does not say. */
	contentLength: number | null;
	/** After redirects. */
	url: string;
}

/** The download plane: fetches addresses that come from outside. Sends no credentials. */
export interface Downloader {
	/** Follows at most 5 redirects and checks each hop. Throws ImageError for anything but 200. */
	open(url: string, limits: DownloadLimits, signal?: AbortSignal): Promise<Download>;
}

const maxRedirects = 5;

export function createDownloader(policy: AddressPolicy, resolve?: Resolver): Downloader {
	const guard = createAddressGuard(policy, resolve);
	// Own agents: a socket is checked when it is opened, so only downloads with the same policy may share it.
	const agents = keepAliveAgents(8, { lookup: guard.lookup });

	async function request(url: URL, limits: DownloadLimits, either: AbortSignal, signal: AbortSignal | undefined) {
		const { default: axios } = await import('axios');
		guard.checkUrl(url);
		return await axios
			.request<Readable>({
				method: 'GET',
				url: url.href,
				...agents,
				proxy: false,
				maxRedirects: 0,
				responseType: 'stream',
				validateStatus: () => true,
				headers: { accept: 'image/*, video/*' },
				signal: either,
			})
			.catch((thrown: unknown) => {
				throw toNetworkError(blockedCause(thrown), { ...limits, origin: url.origin, secrets: [], signal });
			});
	}

	return {
		async open(start, limits, signal) {
			const deadline = AbortSignal.timeout(limits.timeoutMs);
			const either = signal ? AbortSignal.any([signal, deadline]) : deadline;
			let url = parse(start);
			for (let hops = 0; hops <= maxRedirects; hops++) {
				const { status, headers, data } = await request(url, limits, either, signal);
				const location: unknown = headers['location'];
				if (status >= 300 && status < 400 && typeof location === 'string') {
					data.destroy();
					url = parse(location, url.href);
					continue;
				}
				const contentLength = lengthIn(headers['content-length']);
				const problem = problemOf(status, headers['retry-after'], url, contentLength, limits);
				if (!problem) return { stream: data, contentLength, url: url.href };
				data.destroy();
				throw problem;
			}
			throw new ImageError('malformedResponse', {
				message: `More than ${maxRedirects} redirects from ${parse(start).origin}`,
				retryable: false,
			});
		},
	};
}

function lengthIn(header: unknown): number | null {
	const length = Number(header ?? Number.NaN);
	return Number.isFinite(length) ? length : null;
}

/** Why an answer that is not a redirect is not downloaded, if it is not. */
function problemOf(
	status: number,
	retryAfter: unknown,
	url: URL,
	contentLength: number | null,
	{ maxBytes }: DownloadLimits,
): ImageError | undefined {
	if (status !== 200) return notThere(status, url, parseRetryAfter(textOf(retryAfter), Date.now()));
	if (contentLength === null || contentLength <= maxBytes) return undefined;
	return new ImageError('invalidRequest', {
		message: `The image has ${contentLength} bytes; at most ${maxBytes} are downloaded`,
		hint: 'Raise "Max Image Size" in the options',
		retryable: false,
	});
}

function parse(text: string, base?: string): URL {
	if (URL.canParse(text, base)) return new URL(text, base);
	throw new ImageError('malformedResponse', { message: 'The image has no usable URL', retryable: false });
}

const textOf = (header: unknown): string | undefined => (typeof header === 'string' ? header : undefined);

/** The guard's error, which the socket wraps in its own. */
function blockedCause(thrown: unknown): unknown {
	for (let error = thrown, depth = 0; error instanceof Error && depth < 8; error = error.cause, depth++)
		if (error instanceof ImageError) return error;
	return thrown;
}

function notThere(status: number, url: URL, retryAfterMs: number | null): ImageError {
	const code = codeOfStatus(status);
	return new ImageError(code, {
		message: `${url.origin} answered ${status} for the image`,
		hint:
			code === 'notFound' || code === 'auth'
				? 'Links to results expire: download soon after the job has ended'
				: null,
		httpStatus: status,
		retryAfterMs,
	});
}
