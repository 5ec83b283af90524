import type { IAuthenticate, ICredentialType, INodeProperties } from 'n8n-workflow';
import { baseUrlField, endpointFields, secretField } from './fields';

export class AiBatchApi implements ICredentialType {
	name = 'aiBatchApi';
	displayName = 'AI Batch Image Generator API';
	icon = { light: 'file:aiBatch.svg', dark: 'file:aiBatch.dark.svg' } as const;
	documentationUrl = 'https://unpkg.com/n8n-nodes-image-pipelines/docs/ai-batch.md';
	properties: INodeProperties[] = [
		baseUrlField('http://localhost:5000', 'http://ai-batch:5000', 'Address of the service, without /api'),
		{
			displayName: 'Upstream',
			name: 'upstream',
			type: 'options',
			options: [
				{ name: 'Google Gemini', value: 'gemini' },
				{ name: 'HuggingFace', value: 'huggingface', description: 'Not in every release' },
				{ name: 'OpenAI', value: 'openai' },
				{ name: 'Replicate', value: 'replicate', description: 'Not in every release' },
				{ name: 'Stability AI', value: 'stability' },
			],
			default: 'gemini',
			description: 'The service that makes the images. The upstream key belongs to it.',
		},
		secretField('Upstream API Key', 'upstreamApiKey', {
			required: true,
			description: 'Sent in the body of each generation',
		}),
		secretField('Server API Key', 'apiKey', {
			description:
				'Sent as Authorization: Bearer to the paths that need it. Leave it empty if the server has no key.',
		}),
		...endpointFields({ preset: 0 }, { preset: 2, what: 'generations' }),
	];
	// Not n8n's generic authentication: without a key it would send an empty header.
	authenticate: IAuthenticate = async ({ apiKey: key }, options) => ({
		...options,
		headers: {
			...options.headers,
			...(typeof key === 'string' && key !== '' ? { Authorization: `Bearer ${key}` } : {}),
		},
	});
	// The test is a method of the node AI Batch, because no path is in every release of the server.
}
