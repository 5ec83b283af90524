import type { INodeProperties } from 'n8n-workflow';

/** Address of a self-hosted backend. `example` is the URL that an empty field shows. */
export const baseUrlField = (preset: string, example: string, description: string): INodeProperties => ({
	displayName: 'Base URL',
	name: 'baseUrl',
	type: 'string',
	required: true,
	default: preset,
	placeholder: `e.g. ${example}`,
	description,
});

/** A secret. n8n shows it as dots and stores it encrypted. */
export const secretField = (
	displayName: string,
	name: string,
	more: Partial<Pick<INodeProperties, 'description' | 'displayOptions' | 'required'>> = {},
): INodeProperties => ({
	displayName,
	name,
	type: 'string',
	typeOptions: { password: true },
	default: '',
	...more,
});

/**
 * The last fields of every credential: limits, private hosts of results, further endpoints. The limits apply to the sum
 * of all nodes and executions of the process that use the credential.
 * @param requestsPerMinute preset, and what the number should be
 * @param jobsInFlight preset, and what counts as a job (in the plural)
 */
export const endpointFields = (
	requestsPerMinute: { preset: number; hint?: string },
	jobsInFlight: { preset: number; what?: string; hint?: string },
): INodeProperties[] => [
	{
		displayName: 'Requests per Minute',
		name: 'requestsPerMinute',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: requestsPerMinute.preset,
		description: sentences(requestsPerMinute.hint, 'All nodes that use this credential share this limit', noLimit),
	},
	{
		displayName: 'Jobs in Flight',
		name: 'jobsInFlight',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: jobsInFlight.preset,
		description: sentences(
			`Max number of ${jobsInFlight.what ?? 'jobs queued or running'} at the same time`,
			'Further ones wait in a queue',
			jobsInFlight.hint,
			noLimit,
		),
	},
	allowedHosts,
	moreEndpoints,
];

const noLimit = '0 for no limit';
const sentences = (...all: Array<string | undefined>) =>
	all
		.map((text) => (text ? `${text}. ` : ''))
		.join('')
		.trim();

/** In every credential: a self-hosted backend often keeps its results on another private host. */
const allowedHosts: INodeProperties = {
	displayName: 'Allowed Download Hosts',
	name: 'allowedHosts',
	type: 'string',
	default: '',
	placeholder: 'e.g. minio.local:9000, 10.0.0.7',
	description:
		'Hosts on your own network from which images may be downloaded, separated by commas. Public addresses and ' +
		'the scheme, host and port of the base URL are always allowed. Other private addresses and other ports ' +
		'of that host are never allowed.',
};

/** In every credential: further addresses or keys of the same backend, used together with the first. */
const moreEndpoints: INodeProperties = {
	displayName: 'More Endpoints',
	name: 'moreEndpoints',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	default: {},
	placeholder: 'Add Endpoint',
	description:
		'Further addresses or keys of the same backend. If an endpoint is overloaded, out of quota or cannot be ' +
		'reached, Image Generate and Image Compose use the next one. A job stays with the endpoint that made it.',
	options: [
		{
			displayName: 'Endpoint',
			name: 'endpoint',
			values: [
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					placeholder: 'e.g. backup',
					description: 'The name in job.endpoint of the items. The fields above have the name main.',
				},
				{
					displayName: 'Base URL',
					name: 'baseUrl',
					type: 'string',
					default: '',
					description: 'Leave it empty for the one above',
				},
				{
					displayName: 'Key',
					name: 'key',
					type: 'string',
					typeOptions: { password: true },
					default: '',
					description: 'Leave it empty for the one above',
				},
				{
					displayName: 'Priority',
					name: 'priority',
					type: 'number',
					default: 1,
					description: 'Endpoints with a lower number are used first. The fields above have 0.',
				},
				{
					displayName: 'Weight',
					name: 'weight',
					type: 'number',
					typeOptions: { minValue: 0.01 },
					default: 1,
					description: 'Share of requests among endpoints of the same priority. The fields above have 1.',
				},
				{
					displayName: 'Models',
					name: 'models',
					type: 'string',
					default: '',
					placeholder: 'e.g. gemini-3-pro-image-preview',
					description:
						'The models of this endpoint, separated by commas. It is used first for these models, and ' +
						'not at all for others. Leave it empty for any model.',
				},
				{
					displayName: 'Requests per Minute',
					name: 'requestsPerMinute',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 0,
					description: 'Limit of this endpoint. 0 for no limit.',
				},
				{
					displayName: 'Jobs in Flight',
					name: 'jobsInFlight',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 0,
					description: 'Jobs that this endpoint runs at the same time. 0 for no limit.',
				},
			],
		},
	],
};
