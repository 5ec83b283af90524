import { randomUUID } from 'node:crypto';
import { plannedOutcomeOf, withoutMarkers } from '../shared/markers';
import type { Pictures } from '../shared/pictures';
import { MODELS, type Model } from './models';
import { type ContentBody, filesOf, promptOf } from './request';

export interface Asked {
	model: string;
	body: ContentBody;
	/** Index among the calls with this prompt, from 0. */
	place: number;
}

/** One `GenerateContentResponse`; `billed` if it contains pictures. */
export interface Made {
	answer: Record<string, unknown>;
	billed: boolean;
}

const proTokens = { thoughts: 210 };
/** The smallest valid picture; no test inspects a sketch. */
const SKETCH = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** The reason for which a prompt's marker blocks it before generation; null without such a marker. */
const blockOf = (prompt: string) => /\[block:([A-Z_]+)\]/.exec(prompt)?.[1] ?? null;
/** The reason for which a candidate ends without a picture; null if it has one. */
const finishOf = (prompt: string) =>
	plannedOutcomeOf(prompt).rejectsContent ? 'IMAGE_SAFETY' : (/\[finish:([A-Z_]+)\]/.exec(prompt)?.[1] ?? null);

/** @param hosted stores the file at a proxy and returns its URL; null for Google itself, which sends the bytes */
export async function answerTo(
	{ model: name, body, place }: Asked,
	pictures: Pictures,
	hosted: ((file: Buffer) => string) | null,
): Promise<Made> {
	const model = MODELS[name];
	const prompt = promptOf(body);
	const promptTokenCount = Math.ceil(prompt.length / 4) + filesOf(body) * 258;
	const blocked = blockOf(prompt);
	if (blocked !== null)
		return {
			answer: {
				promptFeedback: { blockReason: blocked },
				usageMetadata: { promptTokenCount, totalTokenCount: promptTokenCount },
				...named(name),
			},
			billed: false,
		};
	const { candidateCount = 1 } = body.generationConfig ?? {};
	const candidates = await Promise.all(
		Array.from(
			{ length: candidateCount },
			async (_, index) =>
				await candidate(prompt, model, body, { index, number: place + index }, pictures, hosted),
		),
	);
	const drawn = candidates.filter(({ isDrawn }) => isDrawn).length;
	const imageTokens =
		drawn * (model?.resolutions[body.generationConfig?.imageConfig?.imageSize ?? '']?.tokens ?? model?.tokens ?? 0);
	const thoughtsTokenCount = model?.thinks ? proTokens.thoughts * candidateCount : 0;
	const usageMetadata = {
		promptTokenCount,
		candidatesTokenCount: imageTokens + 8,
		totalTokenCount: promptTokenCount + imageTokens + 8 + thoughtsTokenCount,
		promptTokensDetails: [{ modality: 'TEXT', tokenCount: promptTokenCount }],
		candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: imageTokens }],
		...(thoughtsTokenCount > 0 ? { thoughtsTokenCount } : {}),
	};
	return {
		answer: { candidates: candidates.map((entry) => entry.view), usageMetadata, ...named(name) },
		billed: drawn > 0,
	};
}

const named = (name: string) => ({ modelVersion: name, responseId: randomUUID() });

interface Place {
	/** Index in the answer. */
	index: number;
	/** Number among all candidates with this prompt, from 0. */
	number: number;
}

async function candidate(
	prompt: string,
	model: Model | undefined,
	body: ContentBody,
	{ index, number }: Place,
	pictures: Pictures,
	hosted: ((file: Buffer) => string) | null,
) {
	const planned = plannedOutcomeOf(prompt);
	const short = planned.partial !== null && number >= planned.partial;
	const reason = finishOf(prompt) ?? (short ? 'NO_IMAGE' : null);
	if (reason !== null)
		return {
			isDrawn: false,
			view: { index, finishReason: reason, finishMessage: `Unable to show the generated image (${reason}).` },
		};
	const words = prompt.includes('[words]');
	if (words || model === undefined)
		return {
			isDrawn: false,
			view: {
				index,
				finishReason: 'STOP',
				content: {
					role: 'model',
					parts: [{ text: 'I can describe a picture for you, but I will not draw it.' }],
				},
			},
		};
	if (prompt.includes('[nothing]'))
		return { isDrawn: false, view: { index, finishReason: 'STOP', content: { role: 'model', parts: [] } } };
	const { imageConfig, seed } = body.generationConfig ?? {};
	const [wide, high] = model.sizes[imageConfig?.aspectRatio ?? '1:1'] ?? [1024, 1024];
	const { scale } = model.resolutions[imageConfig?.imageSize ?? '1K'] ?? { scale: 1 };
	const [width, height] = [wide * scale, high * scale];
	const files = filesOf(body);
	const file = await pictures.file(
		{
			width,
			height,
			caption: withoutMarkers(prompt),
			note: [`${width} × ${height}`, ...(files > 0 ? [`after ${files} images`] : [])].join('  ·  '),
			seed: `${prompt}\n${seed ?? number}`,
		},
		'png',
		planned.invalidImage(number + 1),
	);
	const picture = hosted
		? { text: `Here it is:\n\n![image](${hosted(file)})` }
		: { inlineData: { mimeType: 'image/png', data: file.toString('base64') } };
	const sketch =
		model.thinks && !hosted
			? [
					{ thought: true, text: 'Sketching it first.' },
					{ thought: true, inlineData: { mimeType: 'image/png', data: SKETCH } },
				]
			: [];
	return {
		isDrawn: true,
		view: {
			index,
			finishReason: 'STOP',
			content: { role: 'model', parts: [...sketch, ...(hosted ? [] : [{ text: 'Here it is:' }]), picture] },
		},
	};
}
