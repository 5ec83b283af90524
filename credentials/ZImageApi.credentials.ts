import type { IAuthenticate, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { allowedHosts, moreEndpoints } from './fields';

export class ZImageApi implements ICredentialType {
	name = 'zImageApi';
	displayName = 'Z-Image API';
	icon = { light: 'file:zImage.svg', dark: 'file:zImage.dark.svg' } as const;
	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-image-pipelines';
	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			default: 'http://localhost:8000',
			placeholder: 'e.g. http://z-image:8000',
			description: 'Address of the service, without /v1',
		},
		{
			displayName: 'Auth Key',
			name: 'authKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Sent as X-Auth-Key; leave it empty where the server runs with API_ENABLE_AUTH=false',
		},
		{
			displayName: 'Requests per Minute',
			name: 'requestsPerMinute',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description: 'All nodes that use this credential keep to it together. 0 for no limit.',
		},
		{
			displayName: 'Jobs in Flight',
			name: 'jobsInFlight',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description:
				'Jobs queued or running at once; further ones wait for their turn. 0 for no limit: the server queues by itself.',
		},
		allowedHosts,
		moreEndpoints,
	];
	// Not the generic way: that would send an empty header where there is no key.
	authenticate: IAuthenticate = async ({ authKey: key }, options) => ({
		...options,
		headers: { ...options.headers, ...(typeof key === 'string' && key !== '' ? { 'X-Auth-Key': key } : {}) },
	});
	// Health answers without a key; the history of the caller is what proves one.
	test: ICredentialTestRequest = {
		request: { baseURL: '={{$credentials.baseUrl}}', url: '/v1/history', qs: { limit: 1, offset: 0 } },
	};
}
