import type { AddressPolicy } from '../../http/addressGuard';
import { createDownloader, type Download, type Downloader, type DownloadLimits } from '../../http/downloader';
import type { EndpointConfig } from '../../providers/provider';
import { instancePolicy } from './instancePolicy';

/** Downloaders by policy: each keeps its own checked connections. */
const downloaders = new Map<string, Downloader>();

/** Hosts that a credential allows. `baseUrl` null: none of its own. */
export type PictureHosts = Pick<EndpointConfig, 'allowedHosts'> & { baseUrl: string | null };

/** Whose pictures are fetched: an endpoint, as far as it matters here. */
export interface DownloadHost {
	config: PictureHosts;
	/** Does work that sends a request to a URL, paced with the endpoint's own requests where the server counts it. */
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

/** The download plane as n8n's own settings and the credential allow it. */
export function downloaderFor(config: PictureHosts): Downloader {
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

/** All names of a host: a server that is called by one name of this machine may name its results by another. */
function namesOf(host: string): string[] {
	const ownMachine = ['localhost', '127.0.0.1', '::1'];
	return ownMachine.includes(host) ? ownMachine : [host];
}
