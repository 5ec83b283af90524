import type { INodeExecutionData } from 'n8n-workflow';
import { ImageError } from '../../../model/errors';
import type { JobSnapshot } from '../../../model/job';
import type { GeminiSession } from '../../../providers/gemini/adapter';
import { promptsField, textField } from '../../operations/field';
import { includeRawOption, limitField } from '../../operations/fields';
import { defineOperation, type Resource } from '../../operations/operation';
import { type Call, fetchImages, imageSettings } from './call';
import { createBatch } from './createBatch';
import { aspectRatioField, downloadField, modelField, resolutionField } from './fields';

const batchIdField = textField({
	displayName: 'Batch ID',
	name: 'batchId',
	type: 'string',
	required: true,
	default: '={{ $json.job.id }}',
	placeholder: 'e.g. batches/abc123',
	description: 'ID of a batch, or of a job that Image Generate made with the Batch API',
});

const create = defineOperation({
	operation: 'create',
	name: 'Create',
	description: 'Queue several prompts as one batch, for half the price; Image Poll waits for it',
	action: 'Create a batch',
	endpoints: ['POST /v1beta/models/{model}:batchGenerateContent'],
	fields: [
		promptsField({
			displayName: 'Prompts',
			name: 'prompts',
			type: 'string',
			typeOptions: { rows: 6 },
			required: true,
			default: '',
			placeholder: 'e.g. A red fox\nA blue whale',
			description: 'One prompt per line, or an array from an expression. Each makes one image.',
		}),
		modelField,
		textField({
			displayName: 'Name',
			name: 'name',
			type: 'string',
			default: 'n8n',
			description: 'A name by which you recognize the batch',
		}),
		aspectRatioField,
		resolutionField,
	],
	run: async ({ prompts, model, name, aspectRatio, resolution }, call: Call) => {
		const settings = imageSettings(model, aspectRatio, resolution);
		const snapshot = await createBatch(call, prompts, settings, name || 'n8n');
		const total = prompts.length;
		const request = { prompts, count: total, ...settings };
		return [await batchItem(call, { ...snapshot, job: { ...snapshot.job, total } }, request)];
	},
});

const getAll = defineOperation({
	operation: 'getAll',
	name: 'Get Many',
	description: 'List the batches of the key, newest first',
	action: 'Get many batches',
	endpoints: ['GET /v1beta/batches'],
	fields: [limitField, includeRawOption],
	run: async ({ limit, options }, call: Call) =>
		await call.read(async (session) => {
			const items: INodeExecutionData[] = [];
			for await (const { snapshot, request } of session.list?.(call) ?? []) {
				items.push(await batchItem(call, snapshot, request, options));
				if (items.length >= limit) break;
			}
			return items;
		}),
});

const get = defineOperation({
	operation: 'get',
	name: 'Get',
	description: 'Get a batch, with its images once it has ended',
	action: 'Get a batch',
	endpoints: ['GET /v1beta/batches/{batch}', 'GET /download/v1beta/files/{file}:download'],
	fields: [batchIdField, downloadField, includeRawOption],
	run: async ({ batchId, download, options }, call: Call) => {
		const observation = (await call.endpoint.pollOnce([batchId], call.signal)).get(batchId);
		if (!observation?.ok)
			throw observation?.error ?? new ImageError('notFound', { message: `There is no batch ${batchId}` });
		const { snapshot, binary } = await fetchImages(call, observation.snapshot, download);
		return [
			{
				...(await batchItem(call, snapshot, {}, options)),
				...(Object.keys(binary).length > 0 ? { binary } : {}),
			},
		];
	},
});

const cancel = defineOperation({
	operation: 'cancel',
	name: 'Cancel',
	description: 'Cancel a batch',
	action: 'Cancel a batch',
	endpoints: ['POST /v1beta/batches/{batch}:cancel'],
	fields: [batchIdField],
	run: async ({ batchId }, call: Call) => [
		await batchItem(call, await call.endpoint.cancel(batchId, call.signal), {}),
	],
});

const deleteBatch = defineOperation({
	operation: 'delete',
	name: 'Delete',
	description: 'Delete a batch with its results',
	action: 'Delete a batch',
	endpoints: ['DELETE /v1beta/batches/{batch}'],
	fields: [batchIdField],
	run: async ({ batchId }, call: Call) => {
		await call.endpoint.session.client.deleteBatch(batchId, call);
		return [call.item({ deleted: true, id: batchId })];
	},
});

/** A batch as an item of the same shape as the items of all verb nodes. */
async function batchItem(
	{ itemIndex }: Call,
	snapshot: JobSnapshot,
	request: Record<string, unknown>,
	{ includeRaw }: { includeRaw?: boolean } = {},
): Promise<INodeExecutionData> {
	const { toItem } = await import('../../items/items');
	return toItem({ snapshot, request, itemIndex, includeRaw });
}

export const batch: Resource<GeminiSession> = {
	value: 'batch',
	name: 'Batch',
	operations: [create, getAll, get, cancel, deleteBatch],
};
