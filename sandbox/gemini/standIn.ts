import { type Backend, noLimits } from '../backend';
import { startGeminiSandbox } from './server';

export const backend: Backend = {
	id: 'gemini',
	displayName: 'Google Gemini',
	position: 6,
	start: startGeminiSandbox,
	webhooks: false,
	credential: {
		type: 'geminiImageApi',
		fields: (baseUrl) => ({ ...noLimits, baseUrl, endpoint: 'official', apiKey: 'AIza-sandbox-key-1' }),
	},
};
