import type { Capabilities } from '../provider';

/** From the tables "Submit Image Generation" and "Generation Parameters" of the document. */
export const capabilities: Capabilities = {
	maxCount: 10,
	aspectRatios: ['Auto', '1:1', '9:16', '16:9', '3:4', '4:3', '3:2', '2:3', '5:4', '4:5', '21:9'],
	resolutions: ['1K', '2K', '4K'],
	// The server chooses the model; the submit call has no field for it.
	models: [],
	negativePrompt: false,
	seed: false,
	references: { max: 1, kinds: ['url'], mimeTypes: [], maxBytes: null, maxSide: null },
	strength: false,
	extras: [
		{
			type: 'options',
			name: 'mode',
			displayName: 'Mode',
			description: 'Whether to generate quickly at lower quality or slowly at full quality',
			options: [
				{ value: 'final', name: 'Final', description: 'High quality, slower' },
				{ value: 'draft', name: 'Draft', description: 'Fast, lower quality, for previews' },
			],
			default: 'final',
		},
	],
	poll: 'bulk',
	watch: false,
	cancelable: ['queued', 'retrying'],
	list: true,
	webhook: true,
	idempotency: 'native',
	blankMeansRejected: false,
};
