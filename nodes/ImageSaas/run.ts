import type { INodeExecutionData } from 'n8n-workflow';
import type { JobSnapshot } from '../../model/job';
import type { ImageSaasSession } from '../../providers/imageSaas/adapter';
import { fromJob, requestOf } from '../../providers/imageSaas/mapping';
import { toItem } from '../shared/items';
import type { OperationCall, OperationRun } from '../shared/operations/operation';
import { answerItem, requiredText, wantedRows } from '../shared/operations/run';

type Call = OperationCall<ImageSaasSession>;

/** Each operation by `resource:operation`. They are reads, so the endpoint repeats what fails on the way. */
export const runs: Readonly<Record<string, OperationRun<ImageSaasSession>>> = {
	'job:get': async (call) => {
		const id = requiredText(call, 'jobId', 'Job ID');
		const job = await call.endpoint.read((session) => session.client.get(id, { signal: call.signal }), call.signal);
		return [jobItem(call, fromJob(job))];
	},
	'job:getAll': async (call) => {
		const limit = wantedRows(call);
		const { status } = call.context.getNodeParameter('filters', call.itemIndex, {}) as { status?: string };
		return await call.endpoint.read(async (session) => {
			const items: INodeExecutionData[] = [];
			// One more than wanted: the real server begins every page but the first with a row we have.
			for await (const snapshot of session.listJobs({ ...(status ? { status } : {}), pageSize: Math.min(100, limit + 1) }, { signal: call.signal })) {
				items.push(jobItem(call, snapshot));
				if (items.length >= limit) break;
			}
			return items;
		}, call.signal);
	},
	'service:getHealth': async (call) => [answerItem(call, await call.endpoint.read((session) => session.client.health({ signal: call.signal }), call.signal))],
};

function jobItem({ context, itemIndex }: Call, snapshot: JobSnapshot): INodeExecutionData {
	const { includeRaw } = context.getNodeParameter('options', itemIndex, {}) as { includeRaw?: boolean };
	return toItem({ snapshot, request: requestOf(snapshot.raw), itemIndex, includeRaw });
}
