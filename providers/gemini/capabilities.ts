import type { Capabilities } from '../provider';
import { sampling } from '../sampling';
import { defaultModel, models } from './models';

/** From Google's guide to image generation and the model table of the Image SaaS document. */
export const capabilities: Capabilities = {
	maxCount: 8,
	aspectRatios: ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'],
	resolutions: ['512', '1K', '2K', '4K'],
	models: Object.keys(models),
	defaults: {
		model: defaultModel({}),
		modelNote: `With a Resolution: ${defaultModel({ resolution: '1K' })}`,
	},
	negativePrompt: false,
	seed: true,
	references: {
		max: 14,
		kinds: ['binary'],
		mimeTypes: ['image/png', 'image/jpeg', 'image/webp'],
		maxBytes: 7 * 1024 * 1024,
		maxSide: 4096,
	},
	strength: false,
	extras: [
		...sampling,
		{
			type: 'boolean',
			name: 'batch',
			displayName: 'Use Batch API',
			description:
				'Whether to queue the job for half the price. It ends within 24 hours, often much sooner. ' +
				'Poll it with Image Poll.',
			default: true,
		},
	],
	poll: 'single',
	watch: false,
	cancelable: ['queued', 'running'],
	list: true,
	webhook: false,
	// A batch has the key in its name, so it can be looked up. A direct call has no such field.
	idempotency: 'lookup',
	blankMeansRejected: false,
};
