import { type Backend, noLimits } from '../backend';
import { startNanoBananaProSandbox } from './server';

export const backend: Backend = {
	id: 'nanoBananaPro',
	displayName: 'NanoBananaPro',
	position: 5,
	start: startNanoBananaProSandbox,
	webhooks: false,
	credential: {
		type: 'nanoBananaProApi',
		fields: (baseUrl) => ({
			...noLimits,
			baseUrl,
			api: 'v1.6',
			geminiApiKey: 'gemini-key-1',
			geminiApiBase: '',
			taskProvider: 'gemini',
			requestsPerMinute: 600,
		}),
	},
};
