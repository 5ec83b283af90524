import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { defaultImageLimits, type ImageLimits } from '../../images/receive';
import { readStill, type Still } from '../../images/export/still';
import { endpointOf } from '../../jobs/endpoint/registry';
import { toImageError } from '../../model/errors';
import { providerById } from '../../providers/registry';
import type { PictureHosts } from '../pictures/downloads';
import { textParameter } from '../parameters/parameters';
import type { Failure } from './outcomes';
import { type Source, sourcesOf } from './sources';

/** What every operation uses: the images of the items, and the store for the results. */
export interface Exporter {
	context: IExecuteFunctions;
	signal: AbortSignal | undefined;
	limits: ImageLimits;
	sources: (itemIndex: number) => Source[];
	/** The user's name for an image, with a number if the item has several; null if the parameter is empty. */
	wishedName: (parameter: string, source: Source, itemIndex: number) => string | null;
	/** Reads an image into memory; only one image at a time. */
	still: (source: Source) => Promise<Still>;
	store: (data: Buffer, fileName: string, mimeType: string) => Promise<IBinaryData>;
	/**
	 * Works on all images of all items, one after the other. A failure is recorded and does not stop the others.
	 */
	each: (work: (source: Source, itemIndex: number) => Promise<void>) => Promise<Failure[]>;
}

export async function createExporter(context: IExecuteFunctions): Promise<Exporter> {
	const signal = context.getExecutionCancelSignal();
	const hosts = await hostsOf(context);
	const { maxImageSize } = context.getNodeParameter('options', 0, {}) as { maxImageSize?: number };
	const limits: ImageLimits = {
		...defaultImageLimits,
		...(maxImageSize === undefined ? {} : { maxBytes: maxImageSize * 1024 * 1024 }),
	};
	const sources = (itemIndex: number) => sourcesOf(context, itemIndex, { hosts, signal });
	return {
		context,
		signal,
		limits,
		sources,
		wishedName: (parameter, { index }, itemIndex) => {
			const wish = textParameter(context, parameter, itemIndex);
			if (wish === '') return null;
			return sources(itemIndex).length > 1 ? `${wish}-${index + 1}` : wish;
		},
		still: async ({ file }) => await readStill(async () => await (await file()).open(), limits, signal),
		store: async (data, fileName, mimeType) => await context.helpers.prepareBinaryData(data, fileName, mimeType),
		async each(work) {
			const failures: Failure[] = [];
			for (const itemIndex of context.getInputData().keys()) {
				let image: number | null = null;
				try {
					for (const source of sources(itemIndex)) {
						image = source.index;
						await work(source, itemIndex);
					}
				} catch (thrown) {
					const error = toImageError(thrown);
					if (error.code === 'canceled') throw error;
					failures.push({ itemIndex, image, error });
				}
			}
			return failures;
		},
	};
}

/**
 * Allows public addresses and, if a provider is chosen, the hosts that its credential allows. The fields of the first
 * item decide.
 */
async function hostsOf(context: IExecuteFunctions): Promise<PictureHosts> {
	const id = textParameter(context, 'provider', 0);
	if (id === '') return { baseUrl: null, allowedHosts: [] };
	const provider = providerById(id);
	return (await endpointOf(provider, await context.getCredentials(provider.credential, 0))).config;
}
