import type { Capabilities } from '../provider';
import { ratios } from './sizes';

/** From "POST /api/generate-image" of the document; one to five images, as the real server accepts. */
export const capabilities: Capabilities = {
	maxCount: 5,
	aspectRatios: ratios,
	resolutions: [],
	models: ['imagen-2'],
	negativePrompt: true,
	seed: false,
	references: null,
	strength: false,
	extras: [
		{
			type: 'text',
			name: 'imageSize',
			displayName: 'Image Size',
			description: 'Width and height in pixels, instead of the aspect ratio',
			default: '1024x1024',
			placeholder: 'e.g. 1024x1024',
		},
	],
	poll: 'none',
	watch: false,
	cancelable: [],
	list: false,
	webhook: false,
	idempotency: 'none',
	// Its Stability and HuggingFace upstreams answer a filtered prompt with a black image.
	blankMeansRejected: true,
};
