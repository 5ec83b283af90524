import type { ProviderDefinition } from '../provider';
import type { JimengSession } from './adapter';
import { capabilities } from './capabilities';
import { pixelsOf } from './sizes';

export const jimeng: ProviderDefinition<JimengSession> = {
	id: 'jimeng',
	displayName: 'Jimeng / Dreamina',
	credential: 'jimengApi',
	keyField: 'sessionId',
	capabilities,
	about: {
		summary: 'Jimeng and Dreamina.',
		needs: 'server',
		answers: 'whenDone',
	},
	check: ({ strength, extras = {} }) =>
		strength !== undefined && extras['sampleStrength'] !== undefined
			? {
					field: 'Sample Strength',
					problem: 'cannot be combined with Strength; they mean the same to this provider',
				}
			: undefined,
	// Unknown for references without a ratio: the result may keep the ratio of its reference.
	expectedSize: ({ resolution, aspectRatio, references = [] }) =>
		references.length > 0 && aspectRatio === undefined ? null : pixelsOf(resolution, aspectRatio),
	load: async () => (await import('./adapter')).jimengAdapter,
};
