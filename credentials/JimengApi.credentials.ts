import type { IAuthenticateGeneric, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { allowedHosts, moreEndpoints } from './fields';

export class JimengApi implements ICredentialType {
	name = 'jimengApi';
	displayName = 'Jimeng / Dreamina API';
	icon = { light: 'file:jimeng.svg', dark: 'file:jimeng.dark.svg' } as const;
	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-image-pipelines';
	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			default: 'http://localhost:5100',
			placeholder: 'e.g. http://jimeng-api:5100',
			description: 'Address of the service, without /v1',
		},
		{
			displayName: 'Site',
			name: 'site',
			type: 'options',
			options: [
				{ name: 'Dreamina (International)', value: 'us', description: 'Puts us- before the session ID' },
				{ name: 'Jimeng (China)', value: 'cn' },
			],
			default: 'cn',
			description: 'Where the session ID comes from',
		},
		// eslint-disable-next-line @n8n/community-nodes/credential-unnecessary-password -- the cookie is all that opens the account
		{
			displayName: 'Session ID',
			name: 'sessionId',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description:
				"The site's sessionid cookie; several may be given, separated by commas, and one is drawn for each call",
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
			default: 2,
			description: 'Generations at once; further ones wait for their turn. 0 for no limit.',
		},
		allowedHosts,
		moreEndpoints,
	];
	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: {
			headers: {
				Authorization:
					'=Bearer {{$credentials.sessionId.split(",").map((id) => id.trim()).filter(Boolean).map((id) => $credentials.site === "us" && !id.startsWith("us-") ? "us-" + id : id).join(",")}}',
			},
		},
	};
	// Only a generation proves a session, and it costs credit: that the service answers is all a test can show for
	// nothing.
	test: ICredentialTestRequest = { request: { baseURL: '={{$credentials.baseUrl}}', url: '/v1/models' } };
}
