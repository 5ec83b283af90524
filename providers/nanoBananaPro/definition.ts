import type { ProviderDefinition } from '../provider';
import type { NanoBananaProSession } from './adapter';
import { capabilities } from './capabilities';

export const nanoBananaPro: ProviderDefinition<NanoBananaProSession> = {
	id: 'nanoBananaPro',
	displayName: 'NanoBananaPro',
	credential: 'nanoBananaProApi',
	keyField: 'geminiApiKey',
	capabilities,
	about: {
		summary: "Gemini's models with a history.",
		needs: 'server',
		answers: 'asJob',
	},
	load: async () => (await import('./adapter')).nanoBananaProAdapter,
};
