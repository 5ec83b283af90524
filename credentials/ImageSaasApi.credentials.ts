import type { IAuthenticateGeneric, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { allowedHosts, moreEndpoints } from './fields';

export class ImageSaasApi implements ICredentialType {
	name = 'imageSaasApi';
	displayName = 'Image SaaS API';
	icon = { light: 'file:imageSaas.svg', dark: 'file:imageSaas.dark.svg' } as const;
	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-image-pipelines';
	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			default: 'http://localhost:3001',
			placeholder: 'e.g. https://images.example.com',
			description: 'Address of the service, without a path; the public release listens on port 3000',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
		},
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'What the service signs its webhooks with. Image Webhook Trigger refuses everything while this is empty.',
		},
		{
			displayName: 'Requests per Minute',
			name: 'requestsPerMinute',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 60,
			description:
				'What your tenant is allowed; all nodes that use this credential keep to it together. 0 for no limit.',
		},
		{
			displayName: 'Jobs in Flight',
			name: 'jobsInFlight',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 5,
			description:
				'Jobs queued or running at once that your tenant is allowed; further ones wait for their turn. 0 for no limit.',
		},
		allowedHosts,
		moreEndpoints,
	];
	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
	};
	// Health answers without a key, so the shortest job list is what proves one.
	test: ICredentialTestRequest = {
		request: { baseURL: '={{$credentials.baseUrl}}', url: '/v1/jobs', qs: { limit: 1 } },
	};
}
