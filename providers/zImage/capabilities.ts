import type { Capabilities } from '../provider';
import { aspectRatios, resolutions, sideRange } from './sizes';

/** From "3.1 POST /v1/images/generate" of the document; ranges as the real server checks them. */
export const capabilities: Capabilities = {
	// A batch has no limit of its own. Every image is a task, and the job ID contains the IDs of all tasks: more would
	// not fit into it.
	maxCount: 100,
	aspectRatios,
	resolutions,
	models: [],
	negativePrompt: true,
	seed: true,
	references: null,
	strength: false,
	extras: [
		{
			type: 'number',
			name: 'width',
			displayName: 'Width',
			description: 'Pixels; instead of aspect ratio and resolution',
			default: 1024,
			...sideRange,
			integer: true,
		},
		{
			type: 'number',
			name: 'height',
			displayName: 'Height',
			description: 'Pixels; instead of aspect ratio and resolution',
			default: 1024,
			...sideRange,
			integer: true,
		},
		{
			type: 'number',
			name: 'steps',
			displayName: 'Steps',
			description: 'Inference steps: more take longer and show more detail',
			default: 9,
			min: 1,
			max: 50,
			integer: true,
		},
		{
			type: 'number',
			name: 'guidanceScale',
			displayName: 'Guidance Scale',
			description: 'How closely the prompt is followed; 0 is meant for the turbo model',
			default: 0,
			min: 0,
			max: 20,
		},
		{
			type: 'boolean',
			name: 'cfgNormalization',
			displayName: 'CFG Normalization',
			description: 'Whether guidance is normalized',
			default: false,
		},
		{
			type: 'number',
			name: 'cfgTruncation',
			displayName: 'CFG Truncation',
			description: 'Share of the steps after which guidance ends',
			default: 1,
			min: 0,
			max: 1,
		},
		{
			type: 'number',
			name: 'maxSequenceLength',
			displayName: 'Max Sequence Length',
			description: 'Tokens of the prompt that are read',
			default: 512,
			min: 1,
			integer: true,
		},
		{
			type: 'options',
			name: 'file',
			displayName: 'Image File',
			description: 'Which of the two files of an image is returned',
			options: [
				{ value: 'original', name: 'Original', description: 'As the model made it, usually PNG' },
				{ value: 'preview', name: 'Preview', description: 'Smaller, usually WebP' },
			],
			default: 'original',
		},
	],
	poll: 'bulk',
	watch: false,
	cancelable: ['queued', 'running', 'retrying'],
	list: true,
	webhook: false,
	idempotency: 'lookup',
	// Half-precision models give a black image when a number overflows; safety checkers do when they reject.
	blankMeansRejected: true,
};
