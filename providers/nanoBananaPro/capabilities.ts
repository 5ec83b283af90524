import type { Capabilities } from '../provider';
import { sampling } from '../sampling';

/** From the tables "创建批量生成任务" and "创建批量图生图任务" of the document. */
export const capabilities: Capabilities = {
	maxCount: 100,
	aspectRatios: ['1:1', '3:4', '4:3', '9:16', '16:9'],
	resolutions: ['1K', '2K', '4K'],
	// The models in the document's samples; the server also passes on any other name.
	models: ['gemini-2.5-flash-image', 'gemini-3-pro-image-preview', 'gemini-2.0-flash-exp'],
	// The pack chooses with one API, the server with the other.
	defaults: { model: "Depends on the Credential's API" },
	negativePrompt: false,
	seed: true,
	references: {
		max: 10,
		kinds: ['binary'],
		mimeTypes: ['image/jpeg', 'image/png', 'image/webp'],
		maxBytes: 5 * 1024 * 1024,
		maxSide: 4096,
	},
	strength: false,
	extras: [
		...sampling,
		{
			type: 'json',
			name: 'sdkOptions',
			displayName: 'SDK Options',
			description: 'Further settings of the generation as a JSON object, sent as <code>options</code>',
			default: '{}',
		},
	],
	poll: 'single',
	watch: true,
	cancelable: [],
	list: true,
	webhook: false,
	idempotency: 'lookup',
	blankMeansRejected: false,
};
