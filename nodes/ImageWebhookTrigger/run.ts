import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { poolOf } from '../../jobs/submission/pool';
import { outcomeOf } from '../../model/errors';
import { providerById } from '../../providers/registry';
import { credentialIdOf } from '../endpoints/nodeEndpoint';
import { lineageOf } from '../execution/lineage';
import { packMemory } from '../execution/memory';
import { snapshotOf, toItem } from '../items/items';
import { createPictures } from '../pictures/pictures';
import { eventScope, type TriggerOptions, windowOf } from './event';

/**
 * Runs inside the execution that n8n has recorded for a delivery: confirms its event, so that no repeat is run, and
 * fetches the images where that is wanted. The execution of an event that another one has confirmed ends empty.
 */
export async function run(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const options = context.getNodeParameter('options', 0, {}) as TriggerOptions;
	const provider = providerById(context.getNodeParameter('provider', 0) as string);
	const keepMs = windowOf(options, context.getMode());
	const items: INodeExecutionData[] = [];
	for (const item of context.getInputData()) {
		if (keepMs > 0) {
			const memory = await packMemory();
			const { scope, id } = eventScope(context, credentialIdOf(context, provider), item.json);
			const { own } = await lineageOf(context, memory);
			if (!(await memory.events.confirm(scope, id, own, { keepMs }))) continue;
		}
		items.push(options.download === true ? await withPictures(context, item, options) : item);
	}
	return [items];
}

/** The item with its images. Never fails: what cannot be had now is left to Image Poll. */
async function withPictures(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	{ maxImageSize }: TriggerOptions,
): Promise<INodeExecutionData> {
	const snapshot = snapshotOf(item.json);
	if (!snapshot || snapshot.images.length === 0) return item;
	const provider = providerById(snapshot.job.provider);
	const pictures = createPictures(
		(data, name, type) => context.helpers.prepareBinaryData(data, name, type),
		context.getExecutionCancelSignal(),
	);
	const fetched = await outcomeOf(
		poolOf(provider, await context.getCredentials(provider.credential)).then(
			async ({ main }) => await pictures.fetch(snapshot, main, { maxMegabytes: maxImageSize }),
		),
	);
	if (!fetched.ok) return item;
	const complete = toItem({ ...fetched.value, request: {}, itemIndex: 0 });
	return { ...item, ...complete, json: { ...item.json, ...complete.json } };
}
