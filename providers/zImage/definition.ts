import type { ProviderDefinition } from '../provider';
import type { ZImageSession } from './adapter';
import { capabilities } from './capabilities';
import { sizeOf } from './sizes';

export const zImage: ProviderDefinition<ZImageSession> = {
	id: 'zImage',
	displayName: 'Z-Image',
	credential: 'zImageApi',
	keyField: 'authKey',
	capabilities,
	about: { summary: 'An open model.', needs: 'server', answers: 'asJob' },
	check: ({ aspectRatio, resolution, extras = {} }) =>
		(extras['width'] !== undefined || extras['height'] !== undefined) &&
		(aspectRatio !== undefined || resolution !== undefined)
			? {
					field: 'Width and Height',
					problem: 'cannot be combined with Aspect Ratio or Resolution; leave one of the two at its default',
				}
			: undefined,
	expectedSize: sizeOf,
	load: async () => (await import('./adapter')).zImageAdapter,
};
