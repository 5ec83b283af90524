import type { IAuthenticate, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { allowedHosts, moreEndpoints } from './fields';

export class GeminiImageApi implements ICredentialType {
	name = 'geminiImageApi';
	displayName = 'Google Gemini (Image) API';
	icon = { light: 'file:gemini.svg', dark: 'file:gemini.dark.svg' } as const;
	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-image-pipelines';
	properties: INodeProperties[] = [
		{
			displayName: 'Endpoint',
			name: 'endpoint',
			type: 'options',
			options: [
				{ name: 'Official', value: 'official', description: 'Google itself' },
				{
					name: 'Yunwu',
					value: 'yunwu',
					description:
						'The proxy yunwu.ai, or another that speaks the Gemini protocol and takes a bearer token',
				},
			],
			default: 'official',
			description: 'Who answers; the models on offer differ',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'From Google AI Studio, or from the proxy',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://yunwu.ai',
			description: "Address without /v1beta; empty for the endpoint's own",
		},
		{
			displayName: 'Requests per Minute',
			name: 'requestsPerMinute',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 60,
			description:
				'What your plan allows. All nodes that use this credential keep to it together. 0 for no limit.',
		},
		{
			displayName: 'Jobs in Flight',
			name: 'jobsInFlight',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description: 'Generations at once, batches included; further ones wait for their turn. 0 for no limit.',
		},
		allowedHosts,
		moreEndpoints,
	];
	// Not the generic way: that would send Google an empty header of the proxy's kind.
	authenticate: IAuthenticate = async ({ apiKey, endpoint }, options) => {
		const key = typeof apiKey === 'string' ? apiKey : '';
		return {
			...options,
			headers: {
				...options.headers,
				'x-goog-api-key': key,
				...(endpoint === 'yunwu' ? { Authorization: `Bearer ${key}` } : {}),
			},
		};
	};
	test: ICredentialTestRequest = {
		request: {
			baseURL:
				'={{$credentials.baseUrl || ($credentials.endpoint === "yunwu" ? "https://yunwu.ai" : "https://generativelanguage.googleapis.com")}}',
			url: '/v1beta/models',
			qs: { pageSize: 1 },
		},
	};
}
