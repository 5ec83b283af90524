import type { IAuthenticate, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { endpointFields, secretField } from './fields';

export class GeminiImageApi implements ICredentialType {
	name = 'geminiImageApi';
	displayName = 'Google Gemini (Image) API';
	icon = { light: 'file:gemini.svg', dark: 'file:gemini.dark.svg' } as const;
	documentationUrl = 'https://unpkg.com/n8n-nodes-image-pipelines/docs/gemini.md';
	properties: INodeProperties[] = [
		{
			displayName: 'Endpoint',
			name: 'endpoint',
			type: 'options',
			options: [
				{ name: 'Official', value: 'official', description: 'Directly at Google' },
				{
					name: 'Yunwu',
					value: 'yunwu',
					description: 'The proxy yunwu.ai, or another one with the Gemini protocol and a bearer token',
				},
			],
			default: 'official',
			description: 'The service that answers. The services offer different models.',
		},
		secretField('API Key', 'apiKey', { required: true, description: 'From Google AI Studio, or from the proxy' }),
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://yunwu.ai',
			description: 'Address without /v1beta. Leave it empty for the default address of the endpoint.',
		},
		...endpointFields(
			{ preset: 60, hint: 'The limit of your plan' },
			{ preset: 0, what: 'generations and batches' },
		),
	];
	// Not n8n's generic authentication: it would send the proxy's header to Google, without a value.
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
				'={{$credentials.baseUrl || ($credentials.endpoint === "yunwu" ? "https://yunwu.ai" : ' +
				'"https://generativelanguage.googleapis.com")}}',
			url: '/v1beta/models',
			qs: { pageSize: 1 },
		},
	};
}
