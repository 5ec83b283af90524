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
	/** Fails when the connection breaks, time is up or the signal aborts. */
	stream: Readable;
	/** What the server claims; null where it claims nothing. */
	contentLength: number | null;
	/** After redirects. */
	url: string;
}

/** The download plane: fetches addresses that someone else chose. Sends no credentials. */
export interface Downloader {
	/** Follows at most 5 redirects and checks each hop. Throws ImageError for anything but 200. */
	open(url: string, limits: DownloadLimits, signal?: AbortSignal): Promise<Download>;
}

const maxRedirects = 5;

export function createDownloader(policy: AddressPolicy, resolve?: Resolver): Downloader {
	const guard = createAddressGuard(policy, resolve);
	// Own agents: a socket is checked when it is made, so it may be shared only among those with the same policy.
	const agents = keepAliveAgents(8, { lookup: guard.lookup });
	return {
		async open(start, { maxBytes, timeoutMs }, signal) {
			const { default: axios } = await import('axios');
			const deadline = AbortSignal.timeout(timeoutMs);
			const either = signal ? AbortSignal.any([signal, deadline]) : deadline;
			let url = parse(start);
			for (let hops = 0; hops <= maxRedirects; hops++) {
				guard.checkUrl(url);
				const answer = await axios
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
						throw toNetworkError(blockedCause(thrown), {
							origin: url.origin,
							secrets: [],
							signal,
							timeoutMs,
							maxBytes,
						});
					});
				const location: unknown = answer.headers['location'];
				if (answer.status >= 300 && answer.status < 400 && typeof location === 'string') {
					answer.data.destroy();
					url = parse(location, url.href);
					continue;
				}
				if (answer.status !== 200) {
					answer.data.destroy();
					throw notThere(
						answer.status,
						url,
						parseRetryAfter(textOf(answer.headers['retry-after']), Date.now()),
					);
				}
				const claimed = Number(answer.headers['content-length'] ?? Number.NaN);
				const contentLength = Number.isFinite(claimed) ? claimed : null;
				if (contentLength !== null && contentLength > maxBytes) {
					answer.data.destroy();
					throw new ImageError('invalidRequest', {
						message: `The image has ${contentLength} bytes; at most ${maxBytes} are downloaded`,
						hint: 'Raise "Max Image Size" in the options',
						retryable: false,
					});
				}
				return { stream: answer.data, contentLength, url: url.href };
			}
			throw new ImageError('malformedResponse', {
				message: `More than ${maxRedirects} redirects from ${parse(start).origin}`,
				retryable: false,
			});
		},
	};
}

function parse(text: string, base?: string): URL {
	if (URL.canParse(text, base)) return new URL(text, base);
	throw new ImageError('malformedResponse', { message: 'The image has no usable URL', retryable: false });
}

const textOf = (header: unknown): string | undefined => (typeof header === 'string' ? header : undefined);

/** The guard speaks through the socket, which wraps what it says. */
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
