import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { outcomeOf } from '../../model/errors';
import { providerById } from '../../providers/registry';
import { credentialIdOf, nodeEndpoint } from '../endpoints/nodeEndpoint';
import { lineageOf } from '../execution/lineage';
import { packMemory } from '../execution/memory';
import { snapshotOf, toItem } from '../items/items';
import { picturesOf } from '../pictures/pictures';
import { eventScope, type TriggerOptions, windowOf } from './event';

/**
 * Runs in the execution that n8n has recorded for a delivery: confirms its event, so that a repeat does not run, and
 * fetches the images if the options say so. If another execution has confirmed the event, this one ends empty.
 */
export async function run(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const options = context.getNodeParameter('options', 0, {}) as TriggerOptions;
	const provider = providerById(context.getNodeParameter('provider', 0) as string);
	const keepMs = windowOf(options, context.getMode());
	const items: INodeExecutionData[] = [];
	for (const [itemIndex, item] of context.getInputData().entries()) {
		if (keepMs > 0) {
			const memory = await packMemory();
			const { scope, id } = eventScope(context, credentialIdOf(context, provider), item.json);
			const { own } = await lineageOf(context, memory);
			if (!(await memory.events.confirm(scope, id, own, { keepMs }))) continue;
		}
		items.push(options.download === true ? await withPictures(context, item, itemIndex, options) : item);
	}
	return [items];
}

/** The item with its images. Never fails: if an image cannot be downloaded now, Image Poll can fetch it later. */
async function withPictures(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
	{ maxImageSize }: TriggerOptions,
): Promise<INodeExecutionData> {
	const snapshot = snapshotOf(item.json);
	if (!snapshot || snapshot.images.length === 0) return item;
	const provider = providerById(snapshot.job.provider);
	const pictures = picturesOf(context, context.getExecutionCancelSignal());
	const fetched = await outcomeOf(
		nodeEndpoint(context, provider, itemIndex).then(
			async (endpoint) => await pictures.fetch(snapshot, endpoint, { maxMegabytes: maxImageSize }),
		),
	);
	if (!fetched.ok) return item;
	const complete = toItem({ ...fetched.value, request: {}, itemIndex });
	return { ...item, ...complete, json: { ...item.json, ...complete.json } };
}
