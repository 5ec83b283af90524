import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint';
import { ImageError, toImageError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import type { ImageSaasSession } from '../../providers/imageSaas/adapter';
import { imageSaas } from '../../providers/imageSaas/definition';
import { fromJob } from '../../providers/imageSaas/mapping';
import { nodeEndpoint } from '../shared/endpoint';
import { toNodeError } from '../shared/errors';
import { toItem } from '../shared/items';
import { textParameter } from '../shared/parameters';

interface Call {
	context: IExecuteFunctions;
	endpoint: Endpoint<ImageSaasSession>;
	itemIndex: number;
	signal: AbortSignal | undefined;
}

/** Each operation by `resource:operation`. They are reads, so the endpoint repeats what fails on the way. */
const operations: Record<string, (call: Call) => Promise<INodeExecutionData[]>> = {
	'job:get': async ({ context, endpoint, itemIndex, signal }) => {
		const id = textParameter(context, 'jobId', itemIndex);
		if (id === '') throw new ImageError('invalidRequest', { message: 'Job ID is empty', delivery: 'notSent' });
		const job = await endpoint.read((session) => session.client.get(id, { signal }), signal);
		return [jobItem(context, itemIndex, fromJob(job))];
	},
	'job:getAll': async ({ context, endpoint, itemIndex, signal }) => {
		const all = context.getNodeParameter('returnAll', itemIndex, false);
		const limit = all ? Number.POSITIVE_INFINITY : context.getNodeParameter('limit', itemIndex, 50);
		if (!(limit >= 1)) throw new ImageError('invalidRequest', { message: `Limit is ${limit}; a number from 1 is allowed`, delivery: 'notSent' });
		const { status } = context.getNodeParameter('filters', itemIndex, {}) as { status?: string };
		return await endpoint.read(async (session) => {
			const items: INodeExecutionData[] = [];
			// One more than wanted: the real server begins every page but the first with a row we have.
			for await (const snapshot of session.listJobs({ ...(status ? { status } : {}), pageSize: Math.min(100, limit + 1) }, { signal })) {
				items.push(jobItem(context, itemIndex, snapshot));
				if (items.length >= limit) break;
			}
			return items;
		}, signal);
	},
	'service:getHealth': async ({ endpoint, itemIndex, signal }) => {
		const health = await endpoint.read((session) => session.client.health({ signal }), signal);
		return [{ json: { ...health } as IDataObject, pairedItem: { item: itemIndex } }];
	},
};

export async function run(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const signal = context.getExecutionCancelSignal();
	const results: INodeExecutionData[] = [];
	for (const itemIndex of context.getInputData().keys()) {
		try {
			const endpoint = await nodeEndpoint(context, imageSaas, itemIndex);
			const name = `${textParameter(context, 'resource', itemIndex)}:${textParameter(context, 'operation', itemIndex)}`;
			const operation = operations[name];
			if (!operation) throw new ImageError('invalidRequest', { message: `There is no operation ${name}`, delivery: 'notSent' });
			results.push(...(await operation({ context, endpoint, itemIndex, signal })));
		} catch (thrown) {
			const error = toImageError(thrown);
			if (error.code === 'canceled' || !context.continueOnFail()) throw thrown instanceof ImageError ? toNodeError(context.getNode(), error.toJobError(), { itemIndex, provider: imageSaas }) : thrown;
			results.push({ json: { error: error.message, details: { ...error.toJobError() } }, pairedItem: { item: itemIndex } });
		}
	}
	return [results];
}

function jobItem(context: IExecuteFunctions, itemIndex: number, snapshot: JobSnapshot): INodeExecutionData {
	const { includeRaw } = context.getNodeParameter('options', itemIndex, {}) as { includeRaw?: boolean };
	return toItem({ snapshot, request: requestOf(snapshot.raw), itemIndex, includeRaw });
}

/** What the list tells of the request. */
function requestOf(raw: unknown): Record<string, unknown> {
	const { prompt, mode } = raw as { prompt?: unknown; mode?: unknown };
	return { ...(typeof prompt === 'string' ? { prompt } : {}), ...(typeof mode === 'string' ? { mode } : {}) };
}
