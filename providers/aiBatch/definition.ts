import type { ImageRequest } from '../../model/request';
import type { ProviderDefinition } from '../provider';
import type { AiBatchSession } from './adapter';
import { capabilities } from './capabilities';
import { sizeOf } from './sizes';

const sizePattern = /^(\d{2,5})x(\d{2,5})$/;

/** The requested size, from the field or from the ratio. */
function expectedSize({ aspectRatio, extras = {} }: ImageRequest): { width: number; height: number } | null {
	const own = extras['imageSize'];
	const [, width, height] = (typeof own === 'string' ? sizePattern.exec(own) : null) ?? [];
	if (width !== undefined && height !== undefined) return { width: Number(width), height: Number(height) };
	return aspectRatio === undefined ? null : sizeOf(aspectRatio);
}

export const aiBatch: ProviderDefinition<AiBatchSession> = {
	id: 'aiBatch',
	displayName: 'AI Batch Image Generator',
	credential: 'aiBatchApi',
	keyField: 'upstreamApiKey',
	capabilities,
	about: {
		summary: 'Gemini, OpenAI, Stability and more.',
		needs: 'server',
		answers: 'whenDone',
	},
	check({ aspectRatio, extras = {} }) {
		const size = extras['imageSize'];
		if (size === undefined) return undefined;
		if (typeof size !== 'string' || !sizePattern.test(size))
			return {
				field: 'Image Size',
				problem: `is "${typeof size === 'string' ? size : 'not a text'}"; write it as 1024x1024`,
			};
		return aspectRatio === undefined
			? undefined
			: { field: 'Image Size', problem: 'cannot be combined with Aspect Ratio; leave one of them out' };
	},
	expectedSize,
	load: async () => (await import('./adapter')).aiBatchAdapter,
};
