import { type Backend, noLimits } from '../backend';
import { startImageSaasSandbox } from './server';

export const backend: Backend = {
	id: 'imageSaas',
	displayName: 'Image SaaS',
	position: 1,
	start: startImageSaasSandbox,
	webhooks: true,
	credential: {
		type: 'imageSaasApi',
		fields: (baseUrl) => ({
			...noLimits,
			baseUrl,
			apiKey: 'img_test_dev_123456789',
			webhookSecret: 'whsec_sandbox',
			requestsPerMinute: 60,
			jobsInFlight: 5,
		}),
	},
};
