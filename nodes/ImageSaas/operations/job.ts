import type { JobSnapshot } from '../../../model/job';
import type { ImageSaasSession } from '../../../providers/imageSaas/adapter';
import { jobStatusWords } from '../../../providers/imageSaas/statusWords';
import { collectionField, textField } from '../../operations/field';
import { includeRawOption, limitField } from '../../operations/fields';
import { defineOperation, type OperationCall, type Resource } from '../../operations/operation';

type Call = OperationCall<ImageSaasSession>;

const statusField = textField({
	displayName: 'Status',
	name: 'status',
	type: 'options',
	options: [...jobStatusWords]
		.sort()
		.map((word) => ({ name: word.charAt(0) + word.slice(1).toLowerCase(), value: word })),
	default: 'SUCCEEDED',
	description: 'Only jobs with this status',
});

const getAll = defineOperation({
	operation: 'getAll',
	name: 'Get Many',
	description: 'List the jobs of the tenant, newest first',
	action: 'Get many jobs',
	endpoints: ['GET /v1/jobs'],
	fields: [
		limitField,
		collectionField(
			{ displayName: 'Filters', name: 'filters', type: 'collection', placeholder: 'Add filter', default: {} },
			[statusField],
		),
		includeRawOption,
	],
	run: async ({ limit, filters: { status }, options }, call: Call) => {
		const { requestOf } = await import('../../../providers/imageSaas/mapping');
		// One more row than wanted: on the real server, every page after the first begins with a row that was already
		// read.
		const query = { ...(status ? { status } : {}), pageSize: Math.min(100, limit + 1) };
		const found = await call.read(async (session) => {
			const snapshots: JobSnapshot[] = [];
			for await (const snapshot of session.listJobs(query, call)) {
				snapshots.push(snapshot);
				if (snapshots.length >= limit) break;
			}
			return snapshots;
		});
		return await call.jobItems(
			found.map((snapshot) => ({ snapshot, request: requestOf(snapshot.raw) })),
			options,
		);
	},
});

const get = defineOperation({
	operation: 'get',
	name: 'Get',
	description: 'Get one job',
	action: 'Get a job',
	endpoints: ['GET /v1/jobs/{jobId}'],
	fields: [
		textField({
			displayName: 'Job ID',
			name: 'jobId',
			type: 'string',
			required: true,
			default: '={{ $json.job.id }}',
			placeholder: 'e.g. cmkuz35wf00034rk15ycgzvce',
			description: 'The ID that the server returned when the job was submitted',
		}),
		includeRawOption,
	],
	run: async ({ jobId, options }, call: Call) => {
		const { fromJob, requestOf } = await import('../../../providers/imageSaas/mapping');
		const snapshot = fromJob(await call.read(({ client }) => client.get(jobId, call)));
		return await call.jobItems([{ snapshot, request: requestOf(snapshot.raw) }], options);
	},
});

export const job: Resource<ImageSaasSession> = { value: 'job', name: 'Job', operations: [getAll, get] };
