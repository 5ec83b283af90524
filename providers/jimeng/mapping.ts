import { ImageError, jobError } from '../../model/errors';
import type { DeliveredImage, Job, JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { imageName } from '../../model/imageName';
import { isoTime } from '../lenient';
import { partlyArrived } from '../partialJob';
import { imageModels } from './models';
import type { ImagesAnswer, ImagesBody } from './wire';

/**
 * The request in the document's fields, without fields that were not requested. `size`, `width` and `height` are never
 * sent, because the server does not accept them.
 */
export function toImagesBody(request: ImageRequest): ImagesBody {
	const { prompt, count, negativePrompt, strength, extras = {} } = request;
	const sampleStrength =
		strength ?? (typeof extras['sampleStrength'] === 'number' ? extras['sampleStrength'] : undefined);
	const format = extras['responseFormat'];
	return {
		model: request.model ?? imageModels[0],
		prompt: extras['countInPrompt'] === true ? `${prompt}，${count}张` : prompt,
		...(request.aspectRatio === undefined ? {} : { ratio: request.aspectRatio }),
		...(request.resolution === undefined ? {} : { resolution: request.resolution.toLowerCase() }),
		...(negativePrompt === undefined ? {} : { negative_prompt: negativePrompt }),
		...(sampleStrength === undefined ? {} : { sample_strength: sampleStrength }),
		...(format === 'url' || format === 'b64_json' ? { response_format: format } : {}),
	};
}

/**
 * The answer as a finished job. The site may make more images than requested; all of them are returned. Throws
 * `malformedResponse` if there is none.
 */
export function fromAnswer(answer: ImagesAnswer, request: ImageRequest, idempotencyKey: string): JobSnapshot {
	const images = answer.data
		.flatMap(({ url, b64_json }, index): DeliveredImage[] => {
			const common = { index, mimeType: null, width: null, height: null, bytes: null, seed: null };
			if (b64_json)
				return [{ ...common, url: null, fileName: imageName(index), inline: Buffer.from(b64_json, 'base64') }];
			return url ? [{ ...common, url, fileName: imageName(index) }] : [];
		})
		.map((image, index) => ({ ...image, index }));
	if (images.length === 0)
		throw new ImageError('malformedResponse', {
			message: 'Jimeng answered without an image',
			hint: 'The content may have been rejected without a message; check the site',
			retryable: false,
		});
	const total = Math.max(request.count, images.length);
	const createdAt = answer.created ? isoTime(answer.created * 1000) : null;
	const isWhole = images.length === total;
	const job: Job = {
		provider: 'jimeng',
		id: null,
		status: isWhole ? 'succeeded' : 'partial',
		progress: isWhole ? 100 : null,
		total,
		completed: images.length,
		error: isWhole
			? null
			: partlyArrived(
					images.length,
					total,
					jobError('upstream', {
						message: 'Jimeng decides itself how many it makes',
						hint: 'Turn on "Ask for the Count in the Prompt", or generate again',
					}),
				),
		idempotencyKey,
		createdAt,
		updatedAt: createdAt,
	};
	return {
		job,
		images,
		raw: {
			...answer,
			data: answer.data.map(({ b64_json, ...rest }) =>
				b64_json ? { ...rest, b64_json: `(${b64_json.length} characters)` } : rest,
			),
		},
	};
}
