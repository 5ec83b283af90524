import type { IAuthenticateGeneric, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { baseUrlField, endpointFields, secretField } from './fields';

export class ImageSaasApi implements ICredentialType {
	name = 'imageSaasApi';
	displayName = 'Image SaaS API';
	icon = { light: 'file:imageSaas.svg', dark: 'file:imageSaas.dark.svg' } as const;
	documentationUrl = 'https://unpkg.com/n8n-nodes-image-pipelines/docs/image-saas.md';
	properties: INodeProperties[] = [
		baseUrlField(
			'http://localhost:3001',
			'https://images.example.com',
			'Address of the service, without a path. The public release listens on port 3000.',
		),
		secretField('API Key', 'apiKey', { required: true }),
		secretField('Webhook Secret', 'webhookSecret', {
			description:
				'The secret with which the service signs its webhooks. While this is empty, Image Webhook Trigger ' +
				'rejects all webhooks.',
		}),
		...endpointFields({ preset: 60, hint: 'The limit of your tenant' }, { preset: 5 }),
	];
	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
	};
	// GET /health answers without a key, so the test requests the shortest job list.
	test: ICredentialTestRequest = {
		request: { baseURL: '={{$credentials.baseUrl}}', url: '/v1/jobs', qs: { limit: 1 } },
	};
}
