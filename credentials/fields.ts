import type { INodeProperties } from 'n8n-workflow';

/** In every credential: results of a self-hosted backend often lie on another private host. */
export const allowedHosts: INodeProperties = {
	displayName: 'Allowed Download Hosts',
	name: 'allowedHosts',
	type: 'string',
	default: '',
	placeholder: 'e.g. minio.local:9000, 10.0.0.7',
	description:
		'Hosts on your own network that images may be downloaded from, separated by commas. Public addresses and the host of the base URL are always allowed, other private ones never.',
};

/** In every credential: further addresses or keys of the same backend, used together with the first. */
export const moreEndpoints: INodeProperties = {
	displayName: 'More Endpoints',
	name: 'moreEndpoints',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	default: {},
	placeholder: 'Add Endpoint',
	description:
		'Further addresses or keys of the same backend. Image Generate and Image Compose go to the next one where an endpoint is overloaded, out of quota or not there; a job stays with the endpoint that made it.',
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
					description: 'As items name it in job.endpoint; the fields above are called main',
				},
				{
					displayName: 'Base URL',
					name: 'baseUrl',
					type: 'string',
					default: '',
					description: 'Empty for the one above',
				},
				{
					displayName: 'Key',
					name: 'key',
					type: 'string',
					typeOptions: { password: true },
					default: '',
					description: 'Empty for the one above',
				},
				{
					displayName: 'Priority',
					name: 'priority',
					type: 'number',
					default: 1,
					description: 'Lower ones are used first; the fields above have 0',
				},
				{
					displayName: 'Weight',
					name: 'weight',
					type: 'number',
					typeOptions: { minValue: 0.01 },
					default: 1,
					description: 'Share of the requests among endpoints of the same priority; the fields above have 1',
				},
				{
					displayName: 'Models',
					name: 'models',
					type: 'string',
					default: '',
					placeholder: 'e.g. gemini-3-pro-image-preview',
					description:
						'The models it is for, separated by commas: it comes first for these and is not used for others. Empty for any.',
				},
				{
					displayName: 'Requests per Minute',
					name: 'requestsPerMinute',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 0,
					description: 'What this endpoint allows. 0 for no limit.',
				},
				{
					displayName: 'Jobs in Flight',
					name: 'jobsInFlight',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 0,
					description: 'Jobs at once that this endpoint allows. 0 for no limit.',
				},
			],
		},
	],
};
