import type { IAuthenticate, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { baseUrlField, endpointFields, secretField } from './fields';

export class ZImageApi implements ICredentialType {
	name = 'zImageApi';
	displayName = 'Z-Image API';
	icon = { light: 'file:zImage.svg', dark: 'file:zImage.dark.svg' } as const;
	documentationUrl = 'https://unpkg.com/n8n-nodes-image-pipelines/docs/z-image.md';
	properties: INodeProperties[] = [
		baseUrlField('http://localhost:8000', 'http://z-image:8000', 'Address of the service, without /v1'),
		secretField('Auth Key', 'authKey', {
			description: 'Sent as X-Auth-Key. Leave it empty if the server runs with API_ENABLE_AUTH=false.',
		}),
		...endpointFields({ preset: 0 }, { preset: 0, hint: 'The server has a queue of its own' }),
	];
	// Not n8n's generic authentication: without a key it would send an empty header.
	authenticate: IAuthenticate = async ({ authKey: key }, options) => ({
		...options,
		headers: { ...options.headers, ...(typeof key === 'string' && key !== '' ? { 'X-Auth-Key': key } : {}) },
	});
	// GET /health answers without a key, so the test requests the caller's history.
	test: ICredentialTestRequest = {
		request: { baseURL: '={{$credentials.baseUrl}}', url: '/v1/history', qs: { limit: 1, offset: 0 } },
	};
}
