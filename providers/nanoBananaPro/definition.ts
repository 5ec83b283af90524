import type { ProviderDefinition } from '../provider';
import type { NanoBananaProSession } from './adapter';
import { capabilities } from './capabilities';

export const nanoBananaPro: ProviderDefinition<NanoBananaProSession> = {
	id: 'nanoBananaPro',
	displayName: 'NanoBananaPro',
	credential: 'nanoBananaProApi',
	keyField: 'geminiApiKey',
	capabilities,
	load: async () => (await import('./adapter')).nanoBananaProAdapter,
};
