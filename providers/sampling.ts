import type { ExtraField } from './provider';

/** Sampling of Gemini's models, for every provider that offers them. */
export const sampling: readonly ExtraField[] = [
	{
		type: 'number',
		name: 'temperature',
		displayName: 'Temperature',
		description: 'How freely the model chooses',
		default: 1,
		min: 0,
		max: 2,
	},
	{
		type: 'number',
		name: 'topP',
		displayName: 'Top P',
		description: 'Share of the likeliest choices the model draws from',
		default: 0.95,
		min: 0,
		max: 1,
	},
	{
		type: 'number',
		name: 'topK',
		displayName: 'Top K',
		description: 'Number of the likeliest choices the model draws from',
		default: 40,
		min: 1,
		integer: true,
	},
];
