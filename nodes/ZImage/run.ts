import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { ImageError } from '../../model/errors';
import type { ZImageSession } from '../../providers/zImage/adapter';
import { readJobId } from '../../providers/zImage/jobId';
import { fileUrl } from '../../providers/zImage/mapping';
import { downloadItem } from '../operations/download';
import type { OperationCall, OperationRun } from '../operations/operation';
import { answerItem, requiredText, wantedRows } from '../operations/run';

type Call = OperationCall<ZImageSession>;

/** Asks for something that changes nothing; what fails on the way is repeated. */
const read = async <T>(call: Call, ask: (session: ZImageSession) => Promise<T>): Promise<INodeExecutionData[]> => [
	answerItem(call, await call.endpoint.read(ask, call.signal)),
];

/** Each operation by `resource:operation`. */
export const runs: Readonly<Record<string, OperationRun<ZImageSession>>> = {
	'batch:getAll': async (call) => {
		const limit = wantedRows(call);
		return await call.endpoint.read(async (session) => {
			const items: INodeExecutionData[] = [];
			for await (const batch of session.batches({ signal: call.signal })) {
				items.push(answerItem(call, withUrl(call, batch)));
				if (items.length >= limit) break;
			}
			return items;
		}, call.signal);
	},
	'batch:get': async (call) =>
		await read(call, async ({ client }) => {
			const { batch, items } = await client.batch(batchIdOf(call), { signal: call.signal });
			return { batch: withUrl(call, batch), items: items.map((item) => withUrl(call, item)) };
		}),
	'batch:delete': async (call) => [
		answerItem(call, await call.endpoint.session.client.deleteBatch(batchIdOf(call), { signal: call.signal })),
	],
	'task:get': async (call) =>
		await read(call, async ({ client }) =>
			withUrl(call, await client.task(requiredText(call, 'taskId', 'Task ID'), { signal: call.signal })),
		),
	// Canceling twice is canceling once, so it may be repeated.
	'task:cancel': async (call) =>
		await read(call, ({ client }) =>
			client.cancel(requiredText(call, 'taskId', 'Task ID'), { signal: call.signal }),
		),
	'file:download': async (call) => {
		const path = requiredText(call, 'path', 'Path');
		const below = /^https?:\/\//i.test(path) || path.startsWith('/') ? path : `/generated-images/${path}`;
		return [await downloadItem(call, fileUrl(call.endpoint.config.baseUrl, below))];
	},
	'service:getHealth': async (call) => await read(call, ({ client }) => client.health({ signal: call.signal })),
	'service:getStatus': async (call) => await read(call, ({ client }) => client.root({ signal: call.signal })),
};

/** Jobs of Image Generate carry their batch in their id. */
function batchIdOf(call: Call): string {
	const id = requiredText(call, 'batchId', 'Batch ID');
	const { batchId } = readJobId(id);
	if (batchId === null)
		throw new ImageError('invalidRequest', {
			message: `Batch ID is "${id}"; the ID of a batch (a UUID) or of a job of Image Generate is allowed`,
			delivery: 'notSent',
		});
	return batchId;
}

/** `image_url` made absolute, so that whatever comes next can use it. */
function withUrl(call: Call, answer: { image_url?: string | null | undefined } & Record<string, unknown>): IDataObject {
	return {
		...answer,
		...(answer.image_url ? { image_url: fileUrl(call.endpoint.config.baseUrl, answer.image_url) } : {}),
	};
}
