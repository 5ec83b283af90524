import { pipeline, type Readable } from 'node:stream';
import { ImageError } from '../model/errors';
import { type AddressPolicy, createAddressGuard, type Resolver } from './addressGuard';
import { closeAgents, isBusy, keepAliveAgents } from './agents';
import { codeOfStatus } from './httpStatus';
import { toNetworkError } from './networkError';
import { parseRetryAfter } from './retryAfter';
import { type StreamAnswer, withResumes } from './resume';
import { failWhenSilent } from './silence';
import { timeLimit } from '../model/timeLimit';

export interface DownloadLimits {
	maxBytes: number;
	/** From the request to the last byte, in ms. */
	timeoutMs: number;
	/** Longest time in which the server sends nothing, in ms; by default half a minute. */
	idleMs?: number;
	/** Sends a request for the rest of a broken download; by default at once. */
	pace?: <T>(url: string, work: () => Promise<T>) => Promise<T>;
}

const defaultIdleMs = 30_000;

export interface Download {
	/** Fails if the connection breaks, the time is over or the signal aborts. */
	stream: Readable;
	/** As the server says, in bytes; null if it does not say. */
	contentLength: number | null;
	/** As the server says; null if it names no type. */
	contentType: string | null;
	/** After redirects. */
	url: string;
}

/** The download plane: fetches addresses that come from outside. Sends no credentials. */
export interface Downloader {
	/** Follows at most 5 redirects and checks each hop. Throws ImageError for anything but 200. */
	open(url: string, limits: DownloadLimits, signal?: AbortSignal): Promise<Download>;
	/** Whether a download is under way. */
	isBusy(): boolean;
	/** Closes its connections; call it when no download is under way. */
	close(): void;
}

const maxRedirects = 5;

export function createDownloader(
	policy: AddressPolicy,
	resolve?: Resolver,
	env: NodeJS.ProcessEnv = process.env,
): Downloader {
	const guard = createAddressGuard(policy, resolve, env);
	// Own agents: a socket is checked when it is opened, so only downloads with the same policy may share it.
	const checked = keepAliveAgents(8, { lookup: guard.lookup, proxyEnv: env });
	const trusted = keepAliveAgents(8, { lookup: guard.trustedLookup, proxyEnv: env });

	async function request(url: URL, { limits, either, signal, range = {} }: Asked): Promise<StreamAnswer> {
		const { default: axios } = await import('axios');
		guard.checkUrl(url);
		await guard.checkBehindProxy(url, either);
		return await axios
			.request<Readable>({
				method: 'GET',
				url: url.href,
				...(guard.isTrusted(url) ? trusted : checked),
				// Until the answer begins; after that, `failWhenSilent` watches.
				timeout: idleOf(limits),
				proxy: false,
				maxRedirects: 0,
				responseType: 'stream',
				validateStatus: () => true,
				headers: { accept: 'image/*, video/*', 'accept-encoding': 'identity', ...range },
				signal: either,
			})
			.catch((thrown: unknown) => {
				const call = { origin: url.origin, secrets: [], signal, maxBytes: limits.maxBytes, timeoutMs: null };
				throw toNetworkError(blockedCause(thrown), call);
			});
	}

	/** The answer after redirects; each address on the way is checked. */
	async function follow(start: URL, asked: Asked): Promise<{ url: URL; answer: StreamAnswer }> {
		let url = start;
		for (let hops = 0; hops <= maxRedirects; hops++) {
			const answer = await request(url, asked);
			const location: unknown = answer.headers['location'];
			if (answer.status < 300 || answer.status >= 400 || typeof location !== 'string') return { url, answer };
			answer.data.destroy();
			url = parse(location, url.href);
		}
		throw new ImageError('malformedResponse', {
			message: `More than ${maxRedirects} redirects from ${start.origin}`,
			retryable: false,
		});
	}

	return {
		isBusy: () => isBusy(checked) || isBusy(trusted),
		close: () => [checked, trusted].forEach(closeAgents),
		async open(start, limits, signal) {
			const deadline = timeLimit(limits.timeoutMs);
			const either = signal ? AbortSignal.any([signal, deadline]) : deadline;
			const asked = { limits, either, signal };
			const { url, answer } = await follow(parse(start), asked);
			const { status, headers, data } = answer;
			const contentLength = lengthIn(headers['content-length']);
			const problem = problemOf(status, headers['retry-after'], url, contentLength, limits);
			if (problem) {
				data.destroy();
				throw problem;
			}
			const stream = failWhenSilent(idleOf(limits), url.origin);
			const unread = new AbortController();
			stream.once('close', () => unread.abort());
			const reading = AbortSignal.any([either, unread.signal]);
			const whole = withResumes(answer, {
				ask: async (range) => {
					const rest = async () => (await follow(url, { ...asked, either: reading, range })).answer;
					return await (limits.pace ? limits.pace(url.href, rest) : rest());
				},
				signal: reading,
			});
			pipeline(whole, stream, () => undefined);
			return { stream, contentLength, contentType: typeIn(headers['content-type']), url: url.href };
		},
	};
}

interface Asked {
	limits: DownloadLimits;
	/** The caller's signal and the time of the download. */
	either: AbortSignal;
	/** The caller's signal alone. */
	signal: AbortSignal | undefined;
	/** Headers of a request for the rest of a file. */
	range?: Record<string, string>;
}

const idleOf = ({ timeoutMs, idleMs = defaultIdleMs }: DownloadLimits) => Math.min(idleMs, timeoutMs);

/** The type alone; a header of another form is not shown to anybody. */
function typeIn(header: unknown): string | null {
	return /^[a-z]+\/[a-z0-9.+-]{1,60}(?=\s*(;|$))/i.exec(textOf(header) ?? '')?.[0].toLowerCase() ?? null;
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
