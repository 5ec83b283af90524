import type { IDataObject } from 'n8n-workflow';
import { ImageError } from '../../../model/errors';
import type { JobSnapshot } from '../../../model/job';
import type { ImageRequest, Reference } from '../../../model/request';
import type { GeminiSession } from '../../../providers/gemini/adapter';
import type { ContentAnswer } from '../../../providers/gemini/wire';
import { readLinks } from '../../items/links';
import { rawForItem } from '../../items/raw';
import { type Field, namesField, numberField, textField } from '../../operations/field';
import { includeRawField, maxWaitField, optionsCollection } from '../../operations/fields';
import { defineOperation, jobOf, type Resource } from '../../operations/operation';
import { PartialAnswer } from '../../operations/partialAnswer';
import { promptField } from '../../parameters/commonFields';
import { linkBaseOption, linkDaysOption } from '../../parameters/linkFields';
import { inputFile } from '../../pictures/inputFile';
import { type Call, fetchImages, imageSettings } from './call';
import {
	aspectRatioField,
	downloadField,
	modelField,
	resolutionField,
	samplingFields,
	samplingNames,
	seedField,
} from './fields';

const fileNamesField = namesField({
	displayName: 'Input Binary Fields',
	name: 'binaryFields',
	type: 'string',
	default: '',
	placeholder: 'e.g. image_0, logo',
	description: 'Images of the incoming item to send with the prompt, separated by commas',
	hint: 'The names of the input binary fields containing the images',
});

const referencesField: Field<'references', Reference[]> = {
	...fileNamesField,
	name: 'references',
	read: (source) =>
		fileNamesField
			.read(source)
			.map((field) => ({ kind: 'binary', ...inputFile(source.context, source.itemIndex, field) })),
};

const optionFields = [
	aspectRatioField,
	resolutionField,
	includeRawField,
	seedField,
	textField(linkBaseOption),
	numberField(linkDaysOption),
	...samplingFields,
].sort((a, b) => titleOf(a).localeCompare(titleOf(b)));

const generate = defineOperation({
	operation: 'generate',
	name: 'Generate',
	description: 'Generate text and images in one answer, from text and images',
	action: 'Generate content',
	endpoints: ['POST /v1beta/models/{model}:generateContent', 'GET /storage/{file}'],
	fields: [
		textField(promptField('What to answer', 'e.g. Explain how bread is baked, with a picture for each step')),
		modelField,
		referencesField,
		downloadField,
		maxWaitField(300, 'Longest time given to the answer. After it, the model continues, and charges.'),
		optionsCollection(optionFields),
	],
	run: async ({ prompt, model, references, download, maxWait, options }, call: Call) => {
		const { aspectRatio, resolution, seed, includeRaw = false } = options;
		const links = readLinks(call.context.getNode(), options);
		const described: ImageRequest = {
			prompt,
			count: 1,
			...imageSettings(model, aspectRatio, resolution),
			...(seed === undefined ? {} : { seed }),
			extras: samplingOf(options),
		};
		const made = await payContent(call, described, references, { maxWaitMs: maxWait, includeRaw });
		const json: IDataObject = { ...(made.output as IDataObject | undefined), job: jobOf(made) };
		const { status, error } = made.job;
		if (status === 'failed' && error) throw new ImageError(error.code, error);
		const { snapshot, binary } = await fetchImages(call, made, download);
		// The text is paid for as well, so it is kept if an image cannot be downloaded.
		if (snapshot.job.error)
			throw new PartialAnswer(new ImageError(snapshot.job.error.code, snapshot.job.error), json);
		const [{ linked }, { keepForLinks }] = await Promise.all([
			import('../../items/items'),
			import('../../items/keepForLinks'),
		]);
		await keepForLinks(snapshot, links);
		return [
			{
				...call.item({ ...json, images: linked(snapshot, links) }),
				...(Object.keys(binary).length > 0 ? { binary } : {}),
			},
		];
	},
});

/** Checks the request and sends it once. The pack never repeats it on its own. */
async function payContent(
	call: Call,
	described: ImageRequest,
	references: Reference[],
	{ maxWaitMs, includeRaw }: { maxWaitMs: number; includeRaw: boolean },
): Promise<JobSnapshot> {
	const { checkRequest } = await import('../../../providers/requestCheck');
	const { gemini } = await import('../../../providers/gemini/definition');
	const { toContentRequest } = await import('../../../providers/gemini/mapping');
	const request = { ...described, references };
	checkRequest(gemini, request);
	const content = await toContentRequest(request);
	const { client } = call.endpoint.session;
	return await call.pay({
		request: { ...described },
		references,
		images: 1,
		maxWaitMs,
		submit: async ({ paid, maxWaitMs: longest }) => {
			const timeoutMs = Math.max(1_000, longest);
			const answer = await paid(
				0,
				() => client.generate(content, { signal: call.signal, timeoutMs }),
				() => null,
			);
			return await contentResult(call, answer, content.model, includeRaw);
		},
	});
}

/** An answer in the form for the journal: the text in `output`, the images in `images`. */
async function contentResult(
	call: Call,
	answer: ContentAnswer,
	model: string,
	includeRaw: boolean,
): Promise<JobSnapshot> {
	const { picturesIn, withoutData, wordsOf } = await import('../../../providers/gemini/mapping');
	const { usageOf } = await import('../../../providers/gemini/usage');
	const { images, failures } = picturesIn([answer]);
	const text = wordsOf(answer);
	const [contentError] = failures;
	const usage = usageOf([answer], model);
	const output = {
		text,
		finishReasons: answer.candidates.map(({ finishReason }) => finishReason ?? null),
		model: answer.modelVersion ?? model,
		...(usage ? { usage: { ...usage } } : {}),
		...(includeRaw ? { raw: rawForItem(withoutData(answer)) as object } : {}),
	};
	const result = call.result(output, images);
	if (images.length > 0 || text !== '' || !contentError) return result;
	return { ...result, job: { ...result.job, status: 'failed', error: contentError.toJobError() } };
}

function samplingOf(options: Partial<Record<(typeof samplingNames)[number], number>>): Record<string, number> {
	return Object.fromEntries(
		samplingNames.flatMap((name): Array<[string, number]> => {
			const value = options[name];
			return value === undefined ? [] : [[name, value]];
		}),
	);
}

function titleOf({ properties }: Field): string {
	return properties[0]?.displayName ?? '';
}

export const content: Resource<GeminiSession> = { value: 'content', name: 'Content', operations: [generate] };
