import type { AddressPolicy } from '../../http/addressGuard';
import { createDownloader, type Download, type Downloader, type DownloadLimits } from '../../http/downloader';
import type { EndpointConfig } from '../../providers/provider';

/** Hosts that a credential allows. `baseUrl` is null if the provider has none. */
export type PictureHosts = Pick<EndpointConfig, 'allowedHosts'> & { baseUrl: string | null };

/** The endpoint whose pictures are fetched, as far as downloads need it. */
export interface DownloadHost {
	config: PictureHosts;
	/** Does work that sends a request to a URL, paced with the endpoint's own requests if the server counts it. */
	pace?: (url: string, work: () => Promise<Download>, signal?: AbortSignal) => Promise<Download>;
}

/** Begins a download as the credential and the endpoint's pacing allow. Throws ImageError. */
export async function openDownload(
	host: DownloadHost,
	url: string,
	limits: DownloadLimits,
	signal: AbortSignal | undefined,
): Promise<Download> {
	const open = () => downloaderFor(host.config).open(url, limits, signal);
	return await (host.pace ? host.pace(url, open, signal) : open());
}

/** Downloaders by policy: each keeps its own checked connections. */
const downloaders = new Map<string, Downloader>();

/** A downloader that n8n's own settings and the credential allow. */
function downloaderFor(config: PictureHosts): Downloader {
	const instance = instancePolicy();
	const policy: AddressPolicy = {
		...instance,
		allowedHosts: [
			...instance.allowedHosts,
			...config.allowedHosts,
			...(config.baseUrl === null ? [] : namesOf(new URL(config.baseUrl).hostname.replace(/^\[|\]$/g, ''))),
		],
	};
	const key = JSON.stringify(policy);
	const downloader = downloaders.get(key) ?? createDownloader(policy);
	downloaders.set(key, downloader);
	return downloader;
}

/** All names of a host. A server on this machine may be configured by one name and return URLs with another. */
function namesOf(host: string): string[] {
	const ownMachine = ['localhost', '127.0.0.1', '::1'];
	return ownMachine.includes(host) ? ownMachine : [host];
}

/**
 * The lists of n8n's SSRF protection, which itself guards only n8n's own request helpers. `default` among the blocked
 * ranges stands for n8n's list of private ranges, which the address guard blocks anyway.
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
