import { capabilities } from '../../../providers/gemini/capabilities';
import { booleanField, numberField, textField } from '../../operations/field';

export const modelField = textField(
	{
		displayName: 'Model',
		name: 'model',
		type: 'options',
		options: capabilities.models.map((name) => ({ name, value: name })),
		default: 'gemini-2.5-flash-image',
		description: 'The model to use; an expression may name another',
	},
	{ isRequired: true },
);

const choiceField = <Name extends string>(
	displayName: string,
	name: Name,
	values: readonly string[],
	description: string,
) =>
	textField({
		displayName,
		name,
		type: 'options',
		options: [{ name: 'Default', value: '' }, ...values.map((value) => ({ name: value, value }))],
		default: '',
		description,
	});

export const aspectRatioField = choiceField(
	'Aspect Ratio',
	'aspectRatio',
	capabilities.aspectRatios,
	'Width to height',
);

export const resolutionField = choiceField(
	'Resolution',
	'resolution',
	capabilities.resolutions,
	'Only Gemini 3 models support it',
);

export const downloadField = booleanField({
	displayName: 'Download',
	name: 'download',
	type: 'boolean',
	default: true,
	description: 'Whether to add the images as binary data: image_0, image_1 and so on',
});

export const seedField = numberField({
	displayName: 'Seed',
	name: 'seed',
	type: 'number',
	default: 0,
	description: 'The same seed with the same prompt gives similar images',
});

export const samplingNames = ['temperature', 'topP', 'topK'] as const;

/** How the model chooses its next word: the same fields as in Image Generate. */
export const samplingFields = samplingNames.flatMap((name) => {
	const extra = capabilities.extras.find((candidate) => candidate.name === name);
	if (extra?.type !== 'number') return [];
	const { displayName, description } = extra;
	return [numberField({ displayName, name, type: 'number', default: extra.default, description })];
});
