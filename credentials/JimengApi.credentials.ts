import type { IAuthenticateGeneric, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { baseUrlField, endpointFields, secretField } from './fields';

export class JimengApi implements ICredentialType {
	name = 'jimengApi';
	displayName = 'Jimeng / Dreamina API';
	icon = { light: 'file:jimeng.svg', dark: 'file:jimeng.dark.svg' } as const;
	documentationUrl = 'https://unpkg.com/n8n-nodes-image-pipelines/docs/jimeng.md';
	properties: INodeProperties[] = [
		baseUrlField('http://localhost:5100', 'http://jimeng-api:5100', 'Address of the service, without /v1'),
		{
			displayName: 'Site',
			name: 'site',
			type: 'options',
			options: [
				{ name: 'Dreamina (International)', value: 'us', description: 'Adds us- before the session ID' },
				{ name: 'Jimeng (China)', value: 'cn' },
			],
			default: 'cn',
			description: 'The site that issued the session ID',
		},
		secretField('Session ID', 'sessionId', {
			required: true,
			description:
				'The sessionid cookie of the site. You may enter several, separated by commas. The server picks one ' +
				'for each call.',
		}),
		...endpointFields({ preset: 0 }, { preset: 2, what: 'generations' }),
	];
	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: {
			headers: {
				Authorization:
					'=Bearer {{$credentials.sessionId.split(",").map((id) => id.trim()).filter(Boolean)' +
					'.map((id) => $credentials.site === "us" && !id.startsWith("us-") ? "us-" + id : id).join(",")}}',
			},
		},
	};
	// Only a generation checks the session ID, and it costs credit. This request shows only that the service answers.
	test: ICredentialTestRequest = { request: { baseURL: '={{$credentials.baseUrl}}', url: '/v1/models' } };
}
