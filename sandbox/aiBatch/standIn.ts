import { type Backend, noLimits } from '../backend';
import { startAiBatchSandbox } from './server';

export const backend: Backend = {
	id: 'aiBatch',
	displayName: 'AI Batch Image Generator',
	position: 4,
	start: startAiBatchSandbox,
	webhooks: false,
	credential: {
		type: 'aiBatchApi',
		fields: (baseUrl) => ({
			...noLimits,
			baseUrl,
			upstream: 'gemini',
			upstreamApiKey: 'upstream-key-1',
			apiKey: '',
		}),
	},
};
