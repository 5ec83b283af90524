import { jobStatusWords } from '../../providers/imageSaas/statusWords';
import { includeRawOption, listFields } from '../operations/fields';
import type { OperationDescription, Resource } from '../operations/operation';

export const resources: readonly Resource[] = [
	{ value: 'job', name: 'Job' },
	{ value: 'service', name: 'Service' },
];

export const operations: readonly OperationDescription[] = [
	{
		resource: 'job',
		operation: 'getAll',
		name: 'Get Many',
		description: 'List the jobs of the tenant, newest first',
		action: 'Get many jobs',
		endpoints: ['GET /v1/jobs'],
		fields: [
			...listFields(),
			{
				displayName: 'Filters',
				name: 'filters',
				type: 'collection',
				placeholder: 'Add filter',
				default: {},
				options: [
					{
						displayName: 'Status',
						name: 'status',
						type: 'options',
						options: [...jobStatusWords]
							.sort()
							.map((word) => ({ name: word.charAt(0) + word.slice(1).toLowerCase(), value: word })),
						default: 'SUCCEEDED',
						description: 'Only jobs that stand so',
					},
				],
			},
			includeRawOption,
		],
	},
	{
		resource: 'job',
		operation: 'get',
		name: 'Get',
		description: 'Get one job',
		action: 'Get a job',
		endpoints: ['GET /v1/jobs/{jobId}'],
		fields: [
			{
				displayName: 'Job ID',
				name: 'jobId',
				type: 'string',
				required: true,
				default: '={{ $json.job.id }}',
				placeholder: 'e.g. cmkuz35wf00034rk15ycgzvce',
				description: 'The ID that was given when the job was submitted',
			},
			includeRawOption,
		],
	},
	{
		resource: 'service',
		operation: 'getHealth',
		name: 'Get Health',
		description: 'Ask whether the service is up',
		action: 'Get the health of the service',
		endpoints: ['GET /health'],
	},
];
