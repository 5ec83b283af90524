import type { ProviderDefinition } from '../provider';
import type { ImageSaasSession } from './adapter';
import { capabilities } from './capabilities';

export const imageSaas: ProviderDefinition<ImageSaasSession> = {
	id: 'imageSaas',
	displayName: 'Image SaaS',
	credential: 'imageSaasApi',
	keyField: 'apiKey',
	capabilities,
	about: { summary: 'A service with a queue.', needs: 'server', answers: 'asJob' },
	load: async () => (await import('./adapter')).imageSaasAdapter,
};
