import type { Capabilities } from '../provider';
import { imageModels } from './models';
import { defaultSize, ratios, resolutions } from './sizes';

/** From "图像生成" and "图生图" of the document. */
export const capabilities: Capabilities = {
	// The site decides how many images a call makes, usually four, so a higher count cannot be requested.
	maxCount: 4,
	aspectRatios: ratios,
	resolutions,
	models: imageModels,
	defaults: { model: imageModels[0], ...defaultSize },
	negativePrompt: true,
	seed: false,
	references: { max: 10, kinds: ['url'], mimeTypes: [], maxBytes: null, maxSide: null },
	strength: true,
	extras: [
		{
			type: 'number',
			name: 'sampleStrength',
			displayName: 'Sample Strength',
			description: 'How strongly the sampler follows the prompt, 0 to 1',
			default: 0.5,
			min: 0,
			max: 1,
		},
		{
			type: 'boolean',
			name: 'countInPrompt',
			displayName: 'Ask for the Count in the Prompt',
			description:
				'Whether to add the count to the prompt as "4张". The API has no field for the number of images, ' +
				'and only newer models follow the prompt.',
			default: false,
		},
		{
			type: 'options',
			name: 'responseFormat',
			displayName: 'Response Format',
			description: 'How the server returns the images',
			options: [
				{ value: 'url', name: 'URL', description: 'Links, which expire' },
				{ value: 'b64_json', name: 'Base64', description: 'Inside the answer' },
			],
			default: 'url',
		},
	],
	poll: 'none',
	watch: false,
	cancelable: [],
	list: false,
	webhook: false,
	idempotency: 'none',
	blankMeansRejected: false,
};
