import type { INodeExecutionData } from 'n8n-workflow';
import type { ZImageSession } from '../../../providers/zImage/adapter';
import { readJobId } from '../../../providers/zImage/jobId';
import { type Field, invalid, textField } from '../../operations/field';
import { limitField } from '../../operations/fields';
import { defineOperation, type Resource } from '../../operations/operation';
import { absoluteUrls, type Call } from './answers';

const idField = textField({
	displayName: 'Batch ID',
	name: 'batchId',
	type: 'string',
	required: true,
	default: '={{ $json.job.id }}',
	placeholder: 'e.g. 0d6b3b3b-0b4b-4c87-8d46-6b1e7e6f7f1a',
	description: 'ID of a batch, or of a job of Image Generate',
});

/** The ID of a job of Image Generate contains the ID of the batch. */
const batchIdField: Field<'batchId', string> = {
	...idField,
	read: (source) => {
		const id = idField.read(source);
		const { batchId } = readJobId(id);
		if (batchId !== null) return batchId;
		throw invalid(`Batch ID is "${id}"; the ID of a batch (a UUID) or of a job of Image Generate is allowed`);
	},
};

const getAll = defineOperation({
	operation: 'getAll',
	name: 'Get Many',
	description: 'List the batches of the key, newest first',
	action: 'Get many batches',
	endpoints: ['GET /v1/history'],
	fields: [limitField],
	run: async ({ limit }, call: Call) => {
		const withUrl = await absoluteUrls(call);
		return await call.read(async (session) => {
			const items: INodeExecutionData[] = [];
			for await (const batch of session.batches(call)) {
				items.push(call.item(withUrl(batch)));
				if (items.length >= limit) break;
			}
			return items;
		});
	},
});

const get = defineOperation({
	operation: 'get',
	name: 'Get',
	description: 'Get a batch with all its images',
	action: 'Get a batch',
	endpoints: ['GET /v1/history/{batch_id}'],
	fields: [batchIdField],
	run: async ({ batchId }, call: Call) => {
		const withUrl = await absoluteUrls(call);
		const { batch, items } = await call.read(({ client }) => client.batch(batchId, call));
		return [call.item({ batch: withUrl(batch), items: items.map(withUrl) })];
	},
});

const deleteBatch = defineOperation({
	operation: 'delete',
	name: 'Delete',
	description: 'Delete a batch from the history; its files stay on the server',
	action: 'Delete a batch',
	endpoints: ['DELETE /v1/history/{batch_id}'],
	fields: [batchIdField],
	run: async ({ batchId }, call: Call) => [call.item(await call.endpoint.session.client.deleteBatch(batchId, call))],
});

export const batch: Resource<ZImageSession> = {
	value: 'batch',
	name: 'Batch',
	operations: [getAll, get, deleteBatch],
};
