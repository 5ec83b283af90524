import { buffer } from 'node:stream/consumers';
import type { Content, GenerateContentConfig } from '@google/genai';
import { ImageError } from '../../model/errors';
import type { DeliveredImage, Job, JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { maxImages } from '../../model/imageCount';
import { imageName } from '../../model/imageName';
import { partlyArrived } from '../partialJob';
import { noPicture } from './errors';
import { imagesInMarkdown, withoutMarkdownImages } from './markdown';
import { defaultModel } from './models';
import { usageOf } from './usage';
import type { Candidate, ContentAnswer } from './wire';

/** One call of the model. */
export interface ContentRequest {
	model: string;
	contents: Content[];
	config: GenerateContentConfig;
}

/** The request as one call, without fields that were not requested. Reads the reference files. */
export async function toContentRequest(request: ImageRequest): Promise<ContentRequest> {
	const { prompt, aspectRatio, resolution, seed, references = [], extras = {} } = request;
	const files = await Promise.all(
		references.flatMap((reference) =>
			reference.kind === 'binary'
				? [
						reference
							.open()
							.then(buffer)
							.then((bytes) => ({
								inlineData: { mimeType: reference.mimeType, data: bytes.toString('base64') },
							})),
					]
				: [],
		),
	);
	const size = {
		...(aspectRatio === undefined ? {} : { aspectRatio }),
		...(resolution === undefined ? {} : { imageSize: resolution }),
	};
	const settings = Object.entries({
		seed,
		temperature: extras['temperature'],
		topP: extras['topP'],
		topK: extras['topK'],
	}).filter(([, value]) => value !== undefined);
	return {
		model: request.model ?? defaultModel(request),
		contents: [{ role: 'user', parts: [{ text: prompt }, ...files] }],
		config: {
			responseModalities: ['TEXT', 'IMAGE'],
			...Object.fromEntries(settings),
			...(Object.keys(size).length > 0 ? { imageConfig: size } : {}),
		},
	};
}

type Picture = Pick<DeliveredImage, 'url' | 'mimeType'> & { inline?: Buffer };

function picturesOf({ content }: Candidate): Picture[] {
	const parts = (content?.parts ?? []).filter(({ thought }) => thought !== true);
	const inline = parts.flatMap(({ inlineData }): Picture[] =>
		inlineData && inlineData.mimeType?.startsWith('image/') !== false
			? [{ url: null, mimeType: inlineData.mimeType ?? null, inline: Buffer.from(inlineData.data, 'base64') }]
			: [],
	);
	if (inline.length > 0) return inline;
	return parts.flatMap(({ text }) =>
		imagesInMarkdown(text ?? '', maxImages + 1).map(
			({ mimeType, data, url }): Picture =>
				data === null ? { url, mimeType: null } : { url: null, mimeType, inline: Buffer.from(data, 'base64') },
		),
	);
}

/** The text of the model, without images and thoughts. */
export function wordsOf({ candidates }: ContentAnswer): string {
	const text = candidates
		.flatMap(({ content }) =>
			(content?.parts ?? []).flatMap(({ text, thought }) => (text && thought !== true ? [text] : [])),
		)
		.join('\n');
	return withoutMarkdownImages(text, '').trim();
}

export interface Pictures {
	images: DeliveredImage[];
	/** Why images are missing, in the order of the answers. */
	failures: ImageError[];
}

/** The images of several answers, numbered across them, and why others are missing. */
export function picturesIn(answers: readonly ContentAnswer[]): Pictures {
	const found: Picture[] = [];
	const failures: ImageError[] = [];
	for (const answer of answers) {
		const { candidates } = answer;
		for (const candidate of candidates) {
			const pictures = picturesOf(candidate);
			for (const picture of pictures) found.push(picture);
			if (pictures.length === 0)
				failures.push(
					noPicture({
						reason: candidate.finishReason ?? null,
						message: candidate.finishMessage ?? null,
						words: wordsOf({ candidates: [candidate] }),
					}),
				);
		}
		if (candidates.length === 0)
			failures.push(
				noPicture({
					reason: answer.promptFeedback?.blockReason ?? null,
					message: answer.promptFeedback?.blockReasonMessage ?? null,
					words: '',
				}),
			);
	}
	return {
		images: found.map((picture, index) => ({
			index,
			fileName: imageName(index),
			width: null,
			height: null,
			bytes: null,
			seed: null,
			...picture,
		})),
		failures,
	};
}

/**
 * The answers to one request as a finished job. Throws the reason if there is no image.
 * @param lost the errors of those calls of the request that failed
 */
export function fromAnswers(
	answers: readonly ContentAnswer[],
	lost: readonly ImageError[],
	request: ImageRequest & { model: string },
	idempotencyKey: string,
): JobSnapshot {
	const { images, failures } = picturesIn(answers);
	const [reason] = [...failures, ...lost];
	if (images.length === 0 && reason) throw reason;
	const total = Math.max(request.count, images.length);
	const isWhole = images.length === total;
	const missing = (reason ?? new ImageError('upstream', { message: 'the server gives no reason' })).toJobError();
	const job: Job = {
		provider: 'gemini',
		id: null,
		status: isWhole ? 'succeeded' : 'partial',
		progress: isWhole ? 100 : null,
		total,
		completed: images.length,
		error: isWhole ? null : partlyArrived(images.length, total, missing),
		idempotencyKey,
		createdAt: null,
		updatedAt: null,
	};
	const usage = usageOf(answers, request.model);
	return { job, images, raw: withoutData(answers), ...(usage ? { usage } : {}) };
}

/** An answer with the length of its images instead of the images. */
export function withoutData(value: unknown): unknown {
	return JSON.parse(
		JSON.stringify(value, (name, entry: unknown) =>
			name === 'data' && typeof entry === 'string'
				? `(${entry.length} characters)`
				: name === 'text' && typeof entry === 'string'
					? withoutMarkdownImages(entry, '(image)')
					: entry,
		),
	) as unknown;
}
