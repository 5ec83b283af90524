import type { INodeExecutionData } from 'n8n-workflow';
import type { JobSnapshot } from '../../model/job';
import type { ImageSaasSession } from '../../providers/imageSaas/adapter';
import { fromJob, requestOf } from '../../providers/imageSaas/mapping';
import { packMemory } from '../execution/memory';
import { toItem } from '../items/items';
import type { OperationCall, OperationRun } from '../operations/operation';
import { answerItem, requiredText, wantedRows } from '../operations/run';
import { withRefs } from '../items/refs';

type Call = OperationCall<ImageSaasSession>;

/** Each operation by `resource:operation`. They are reads, so the endpoint repeats what fails on the way. */
export const runs: Readonly<Record<string, OperationRun<ImageSaasSession>>> = {
	'job:get': async (call) => {
		const id = requiredText(call, 'jobId', 'Job ID');
		const job = await call.endpoint.read((session) => session.client.get(id, { signal: call.signal }), call.signal);
		return await jobItems(call, [fromJob(job)]);
	},
	'job:getAll': async (call) => {
		const limit = wantedRows(call);
		const { status } = call.context.getNodeParameter('filters', call.itemIndex, {}) as { status?: string };
		const found = await call.endpoint.read(async (session) => {
			const snapshots: JobSnapshot[] = [];
			// One more than wanted: the real server begins every page but the first with a row we have.
			for await (const snapshot of session.listJobs(
				{ ...(status ? { status } : {}), pageSize: Math.min(100, limit + 1) },
				{ signal: call.signal },
			)) {
				snapshots.push(snapshot);
				if (snapshots.length >= limit) break;
			}
			return snapshots;
		}, call.signal);
		return await jobItems(call, found);
	},
	'service:getHealth': async (call) => [
		answerItem(
			call,
			await call.endpoint.read((session) => session.client.health({ signal: call.signal }), call.signal),
		),
	],
};

async function jobItems(
	{ context, endpoint, itemIndex }: Call,
	snapshots: readonly JobSnapshot[],
): Promise<INodeExecutionData[]> {
	const { includeRaw } = context.getNodeParameter('options', itemIndex, {}) as { includeRaw?: boolean };
	const known = await withRefs(context, packMemory, [endpoint], snapshots);
	return known.map((snapshot) => toItem({ snapshot, request: requestOf(snapshot.raw), itemIndex, includeRaw }));
}
