import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { withExtension } from '../../images/fileName';
import type { ImageFacts } from '../../images/inspect';
import { defaultImageLimits, receiveImage } from '../../images/receive';
import { systemClock } from '../../jobs/clock';
import { withRetry } from '../../jobs/retry';
import type { EndpointConfig } from '../../providers/provider';
import { downloaderFor } from './downloaders';

const timeoutMs = 5 * 60_000;

export interface Downloaded {
	data: IBinaryData;
	/** After its address, with the extension its bytes call for. */
	fileName: string;
	facts: ImageFacts;
	bytes: number;
}

/** A picture from an address that somebody else chose, through the download plane into n8n's binary store. Throws ImageError. */
export async function downloadPicture({ helpers }: Pick<IExecuteFunctions, 'helpers'>, url: string, { config }: { config: EndpointConfig }, signal: AbortSignal | undefined): Promise<Downloaded> {
	return await withRetry(
		async () => {
			const { stream, url: address } = await downloaderFor(config).open(url, { maxBytes: defaultImageLimits.maxBytes, timeoutMs }, signal);
			const { origin, pathname } = new URL(address);
			const name = pathname.split('/').at(-1) || 'image';
			const { stored, facts, bytes } = await receiveImage(stream, defaultImageLimits, origin, (copy, { mimeType, extension }) => helpers.prepareBinaryData(copy, withExtension(name, extension), mimeType));
			return { data: stored, fileName: withExtension(name, facts.extension), facts, bytes };
		},
		{ clock: systemClock, random: Math.random, signal },
	);
}
