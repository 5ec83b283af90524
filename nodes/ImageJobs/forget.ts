import type { INodeExecutionData } from 'n8n-workflow';
import { failedItem } from './failures';
import { inOrder, isBusy, jobsOfItems } from './jobsOfItems';
import type { JobsRun } from './jobsRun';

/** Removes the records of the items' jobs, and the images that are kept with them. */
export async function forget(run: JobsRun): Promise<INodeExecutionData[]> {
	const { memory } = run;
	const { jobs, failed } = await jobsOfItems(run, (record) => {
		if (record.busy) throw isBusy(record);
	});
	const credentialIds = [...new Set(jobs.map(({ record }) => record.endpoint.credentialId))];
	const refs = [...new Set(jobs.map(({ record }) => record.ref))];
	await memory.journal.forget(refs, credentialIds);
	// Another execution may have taken over a job in the meantime.
	const left = new Set(
		(await memory.journal.list({ refs, credentialIds, limit: refs.length })).map(({ ref }) => ref),
	);
	const done = jobs.map(({ itemIndex, record }): [number, INodeExecutionData[]] => {
		if (left.has(record.ref)) return [itemIndex, [failedItem(run, isBusy(record), itemIndex)]];
		return [itemIndex, [{ json: { deleted: true, ref: record.ref }, pairedItem: { item: itemIndex } }]];
	});
	return inOrder(done, failed);
}
