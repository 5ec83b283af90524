import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { withExtension } from '../../images/fileName';
import type { ImageFacts } from '../../images/inspect';
import { defaultImageLimits, receiveImage, receiveVideo } from '../../images/receive';
import { inMs, systemClock } from '../../jobs/runtime/clock';
import type { Download } from '../../http/downloader';
import { type DownloadHost, openDownload, receiveDownload } from './downloads';
import { downloadTimes, retriedInTime } from './downloadTime';
import { nameInPath } from '../../model/fileName';

/** Maximum size of a video, in bytes. */
const maxVideoBytes = 512 * 1024 * 1024;

export interface Downloaded {
	data: IBinaryData;
	/** The last part of the file's URL, with the extension of the real type. */
	fileName: string;
	facts: ImageFacts;
	bytes: number;
}

/**
 * Downloads a picture from a URL of a provider or user, through the download plane, into n8n's binary store. Throws
 * ImageError.
 */
export async function downloadPicture(
	{ helpers }: Helpers,
	url: string,
	endpoint: DownloadHost,
	signal: AbortSignal | undefined,
): Promise<Downloaded> {
	return await download(url, endpoint, defaultImageLimits.maxBytes, signal, async (stream, { origin, name }) => {
		const { stored, facts, bytes } = await receiveImage(
			stream,
			defaultImageLimits,
			origin,
			(copy, { mimeType, extension }) =>
				helpers.prepareBinaryData(copy, withExtension(name, extension), mimeType),
		);
		return { data: stored, fileName: withExtension(name, facts.extension), facts, bytes };
	});
}

/** Like `downloadPicture`, for a video. */
export async function downloadVideo(
	{ helpers }: Helpers,
	url: string,
	endpoint: DownloadHost,
	signal: AbortSignal | undefined,
): Promise<{ data: IBinaryData; fileName: string; mimeType: string; bytes: number }> {
	return await download(url, endpoint, maxVideoBytes, signal, async (stream, { origin, name }) => {
		const { stored, facts, bytes } = await receiveVideo(
			stream,
			maxVideoBytes,
			origin,
			(copy, { mimeType, extension }) =>
				helpers.prepareBinaryData(copy, withExtension(name, extension), mimeType),
		);
		return { data: stored, fileName: withExtension(name, facts.extension), mimeType: facts.mimeType, bytes };
	});
}

type Helpers = Pick<IExecuteFunctions, 'helpers'>;

async function download<T>(
	url: string,
	host: DownloadHost,
	maxBytes: number,
	signal: AbortSignal | undefined,
	receive: (stream: Download['stream'], from: { origin: string; name: string }) => Promise<T>,
): Promise<T> {
	const limits = { maxBytes, timeoutMs: downloadTimes.attemptMs };
	return await retriedInTime(inMs(systemClock, downloadTimes.longestMs), signal, async (either) => {
		const download = await openDownload(host, url, limits, either);
		const { origin, pathname } = new URL(download.url);
		const name = nameInPath(pathname, 'file');
		return await receiveDownload(download, async ({ stream }) => await receive(stream, { origin, name }));
	});
}
