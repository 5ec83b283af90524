import type { AddressPolicy } from '../../http/addressGuard';
import { createDownloader, type Download, type Downloader, type DownloadLimits } from '../../http/downloader';
import { BoundedMap } from '../../model/boundedMap';
import { ImageError, outcomeOf } from '../../model/errors';
import type { EndpointConfig } from '../../providers/provider';

/** Hosts that a credential allows. `baseUrl` is null if the provider has none. */
export type PictureHosts = Pick<EndpointConfig, 'allowedHosts'> & { baseUrl: string | null };

/** The data of an endpoint that downloads of its pictures need. */
export interface DownloadHost {
	config: PictureHosts;
	/**
	 * Runs work that sends a request to a URL. If the server counts the request, it is paced with the endpoint's own
	 * requests.
	 */
	pace?: <T>(url: string, work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;
}

/** Begins a download within the limits of the credential and of the endpoint's pacing. Throws ImageError. */
export async function openDownload(
	host: DownloadHost,
	url: string,
	limits: DownloadLimits,
	signal: AbortSignal | undefined,
): Promise<Download> {
	const paced: DownloadLimits = {
		...limits,
		pace: async (rest, work) => await (host.pace ? host.pace(rest, work, signal) : work()),
	};
	const open = () => downloaderFor(host.config).open(url, paced, signal);
	return await (host.pace ? host.pace(url, open, signal) : open());
}

/**
 * Receives a download. If its bytes are refused, the error names the type and the length that the server gave, and no
 * byte of it: the address may have led to something that is no image.
 */
export async function receiveDownload<T>(download: Download, receive: (download: Download) => Promise<T>): Promise<T> {
	const received = await outcomeOf(receive(download));
	if (received.ok) return received.value;
	const { error } = received;
	if (error.code !== 'malformedResponse') throw error;
	const { hint, retryable, httpStatus, cause } = error;
	const { contentType, contentLength } = download;
	const size = contentLength === null ? 'of unknown size' : `${contentLength} bytes`;
	const message = `${error.message} (${contentType ?? 'no content type'}, ${size})`;
	throw new ImageError('malformedResponse', { message, hint, retryable, httpStatus, cause });
}

/** Downloaders by policy: each keeps its own checked connections. A credential's field may be an expression. */
const downloaders = new BoundedMap<Downloader>({
	max: 100,
	isInUse: (downloader) => downloader.isBusy(),
	onEvict: (downloader) => downloader.close(),
});

/** A downloader with the permissions of n8n's own settings and of the credential. */
function downloaderFor(config: PictureHosts): Downloader {
	const instance = instancePolicy();
	const policy: AddressPolicy = {
		...instance,
		trustedOrigins: config.baseUrl === null ? [] : originsOf(new URL(config.baseUrl)),
		allowedHosts: [...instance.allowedHosts, ...config.allowedHosts],
	};
	return downloaders.getOrMake(JSON.stringify(policy), () => createDownloader(policy));
}

/**
 * The origin of a base URL, under all names of its host. A server on this machine may be configured with one name and
 * return URLs with another name. Other ports belong to other servers, for example to n8n itself.
 */
function originsOf({ protocol, hostname, port, origin }: URL): string[] {
	const ownMachine = ['localhost', '127.0.0.1', '[::1]'];
	if (!ownMachine.includes(hostname)) return [origin];
	return ownMachine.map((name) => `${protocol}//${name}${port === '' ? '' : `:${port}`}`);
}

/**
 * The lists of n8n's SSRF protection, which itself guards only n8n's own request helpers. `default` in the blocked
 * ranges means n8n's list of private ranges, which the address guard always blocks.
 */
export function instancePolicy(env: NodeJS.ProcessEnv = process.env): AddressPolicy {
	const list = (name: string) =>
		(env[name] ?? '')
			.split(',')
			.map((entry) => entry.trim().toLowerCase())
			.filter((entry) => entry !== '' && entry !== 'default');
	return {
		allowedHosts: list('N8N_SSRF_ALLOWED_HOSTNAMES'),
		allowedRanges: list('N8N_SSRF_ALLOWED_IP_RANGES'),
		blockedHosts: list('N8N_SSRF_BLOCKED_HOSTNAMES'),
		blockedRanges: list('N8N_SSRF_BLOCKED_IP_RANGES'),
	};
}
