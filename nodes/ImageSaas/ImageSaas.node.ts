import { type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription, NodeConnectionTypes } from 'n8n-workflow';
import { jobStatusWords } from '../../providers/imageSaas/statusWords';

const forList = { show: { resource: ['job'], operation: ['getAll'] } };

export class ImageSaas implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Image SaaS',
		name: 'imageSaas',
		icon: { light: 'file:imageSaas.svg', dark: 'file:imageSaas.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Look up jobs of Image SaaS and whether the service is up',
		defaults: { name: 'Image SaaS' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'imageSaasApi', required: true }],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'Job', value: 'job' },
					{ name: 'Service', value: 'service' },
				],
				default: 'job',
			},
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['job'] } },
				options: [
					{ name: 'Get', value: 'get', description: 'Get one job', action: 'Get a job' },
					{ name: 'Get Many', value: 'getAll', description: 'List the jobs of the tenant, newest first', action: 'Get many jobs' },
				],
				default: 'getAll',
			},
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: ['service'] } },
				options: [{ name: 'Get Health', value: 'getHealth', description: 'Ask whether the service is up', action: 'Get the health of the service' }],
				default: 'getHealth',
			},
			{
				displayName: 'Job ID',
				name: 'jobId',
				type: 'string',
				required: true,
				displayOptions: { show: { resource: ['job'], operation: ['get'] } },
				default: '={{ $json.job.id }}',
				placeholder: 'e.g. cmkuz35wf00034rk15ycgzvce',
				description: 'The ID that was given when the job was submitted',
			},
			{ displayName: 'Return All', name: 'returnAll', type: 'boolean', displayOptions: forList, default: false, description: 'Whether to return all results or only up to a given limit' },
			{
				displayName: 'Limit',
				name: 'limit',
				type: 'number',
				typeOptions: { minValue: 1 },
				displayOptions: { show: { ...forList.show, returnAll: [false] } },
				default: 50,
				description: 'Max number of results to return',
			},
			{
				displayName: 'Filters',
				name: 'filters',
				type: 'collection',
				placeholder: 'Add filter',
				displayOptions: forList,
				default: {},
				options: [
					{
						displayName: 'Status',
						name: 'status',
						type: 'options',
						options: [...jobStatusWords].sort().map((word) => ({ name: word.charAt(0) + word.slice(1).toLowerCase(), value: word })),
						default: 'SUCCEEDED',
						description: 'Only jobs that stand so',
					},
				],
			},
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add option',
				displayOptions: { show: { resource: ['job'] } },
				default: {},
				options: [{ displayName: "Include Provider's Answer", name: 'includeRaw', type: 'boolean', default: false, description: "Whether to add the provider's own answer as <code>raw</code>" }],
			},
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { run } = await import('./operations');
		return await run(this);
	}
}
