import { Readable } from 'node:stream';
import type { IBinaryData, IBinaryKeyData } from 'n8n-workflow';
import type { AddressPolicy } from '../../http/addressGuard';
import { createDownloader, type Downloader } from '../../http/downloader';
import { defaultImageLimits, type ImageLimits, receiveImage } from '../../images/receive';
import { systemClock } from '../../jobs/clock';
import { withRetry } from '../../jobs/retry';
import { Slots } from '../../jobs/slots';
import { outcomeOf } from '../../model/errors';
import type { DeliveredImage, JobSnapshot } from '../../model/job';
import type { EndpointConfig } from '../../providers/provider';
import { instancePolicy } from './instancePolicy';
import { binaryName, withError, withoutBytes } from './items';

/** Pictures fetched at once by one node run. */
const atOnce = 4;
const downloadTimeoutMs = 5 * 60_000;

export type PrepareBinary = (data: Readable, fileName: string, mimeType: string) => Promise<IBinaryData>;

export interface FetchOptions {
	/** Pictures the item brought along. */
	have?: IBinaryKeyData | undefined;
	/** Largest picture taken; undefined takes the default. */
	maxMegabytes?: number | undefined;
}

export interface Pictures {
	/**
	 * Fetches every image of a job into n8n's binary store. Those in `have` are taken as they are. A picture that
	 * cannot be had is noted as the job's error; the others, and the job, stay. Throws only when stopped.
	 */
	fetch(snapshot: JobSnapshot, config: EndpointConfig, options?: FetchOptions): Promise<{ snapshot: JobSnapshot; binary: IBinaryKeyData }>;
}

/** One a node run, so that its downloads share their turns. */
export function createPictures(prepareBinary: PrepareBinary, signal: AbortSignal | undefined): Pictures {
	const turns = new Slots(atOnce, () => undefined);

	async function fetchOne(image: DeliveredImage, downloader: Downloader, limits: ImageLimits): Promise<{ image: DeliveredImage; data: IBinaryData }> {
		const { url, inline } = image;
		const origin = url !== null && URL.canParse(url) ? new URL(url).origin : 'the provider';
		const source = inline ? Readable.from([inline]) : (await downloader.open(url ?? '', { maxBytes: limits.maxBytes, timeoutMs: downloadTimeoutMs }, signal)).stream;
		const { stored, facts, bytes } = await receiveImage(source, limits, origin, (stream, { mimeType, extension }) => prepareBinary(stream, withExtension(image.fileName, extension), mimeType));
		return { image: { ...withoutBytes(image), fileName: withExtension(image.fileName, facts.extension), mimeType: facts.mimeType, width: facts.width, height: facts.height, bytes }, data: stored };
	}

	return {
		async fetch(snapshot, config, { have = {}, maxMegabytes } = {}) {
			const limits: ImageLimits = { ...defaultImageLimits, ...(maxMegabytes === undefined ? {} : { maxBytes: maxMegabytes * 1024 * 1024 }) };
			const downloader = downloaderFor(config);
			const binary: IBinaryKeyData = {};
			let result = snapshot;
			const images = await Promise.all(
				snapshot.images.map(async (image) => {
					const name = binaryName(image.index);
					const present = have[name];
					// A length stands only with pictures we fetched; another field of that name is somebody else's.
					if (present && image.bytes !== null) {
						binary[name] = present;
						return image;
					}
					const turn = await turns.acquire(signal);
					const fetched = await outcomeOf(withRetry(() => fetchOne(image, downloader, limits), { clock: systemClock, random: Math.random, signal }));
					turn.release();
					if (fetched.ok) {
						binary[name] = fetched.value.data;
						return fetched.value.image;
					}
					if (fetched.error.code === 'canceled') throw fetched.error;
					const error = fetched.error.toJobError();
					result = withError(snapshot, { ...error, message: `Image ${image.index} could not be downloaded: ${error.message}`, hint: error.hint ?? 'The job is done and paid: run Image Poll on this item to download again' });
					return image;
				}),
			);
			return { snapshot: { ...result, images }, binary };
		},
	};
}

/** Downloaders by policy: each keeps its own checked connections. */
const downloaders = new Map<string, Downloader>();

function downloaderFor(config: EndpointConfig): Downloader {
	const instance = instancePolicy();
	const policy: AddressPolicy = { ...instance, allowedHosts: [...instance.allowedHosts, ...config.allowedHosts, ...namesOf(new URL(config.baseUrl).hostname.replace(/^\[|\]$/g, ''))] };
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

function withExtension(fileName: string, extension: string): string {
	const named = /\.(png|jpe?g|webp|gif|avif|tiff?)$/i.exec(fileName);
	if (named && sameExtension(named[1] ?? '', extension)) return fileName;
	return `${named ? fileName.slice(0, named.index) : fileName}.${extension}`;
}

function sameExtension(a: string, b: string): boolean {
	const short = (extension: string) => extension.toLowerCase().replace('jpeg', 'jpg').replace(/^tif$/, 'tiff');
	return short(a) === short(b);
}
