import { ImageError, jobError } from '../../model/errors';
import { safeFileName } from '../../model/fileName';
import { countedImages } from '../../model/imageCount';
import type { DeliveredImage, JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { sizeOf } from './sizes';
import type { GenerateAnswer, GenerateBody } from './wire';

/** The request in the document's fields; the upstream and its key come from the credential. */
export function toGenerateBody(
	request: ImageRequest,
	{ upstream, upstreamApiKey }: { upstream: string; upstreamApiKey: string },
): GenerateBody {
	const size = sizeOf(request.aspectRatio);
	const own = request.extras?.['imageSize'];
	const imageSize =
		typeof own === 'string'
			? own
			: request.aspectRatio !== undefined && size
				? `${size.width}x${size.height}`
				: undefined;
	return {
		prompt: request.prompt,
		...(request.negativePrompt === undefined ? {} : { negative_prompt: request.negativePrompt }),
		...(imageSize === undefined ? {} : { image_size: imageSize }),
		image_count: request.count,
		api_provider: upstream,
		api_key: upstreamApiKey,
		...(request.model === undefined ? {} : { model: request.model }),
	};
}

/** The answer as a finished job. Throws `malformedResponse` if it contains no image. */
export function fromAnswer(
	answer: GenerateAnswer,
	request: ImageRequest,
	baseUrl: string,
	idempotencyKey: string,
): JobSnapshot {
	const images = answer.images
		.flatMap(({ filename, url, base64, mime_type }): Array<Omit<DeliveredImage, 'index'>> => {
			const common = {
				fileName: safeFileName(filename, 'image'),
				mimeType: mime_type ?? null,
				width: null,
				height: null,
				bytes: null,
				seed: null,
			};
			const address = url ? (/^https?:\/\//i.test(url) ? url : `${baseUrl}/${url.replace(/^\/+/, '')}`) : null;
			// The bytes are safer than the address: two images of the same second may have the same name, and then the
			// address shows the later one.
			if (base64)
				return [{ ...common, url: address, inline: Buffer.from(base64.replace(/^data:[^,]*,/, ''), 'base64') }];
			return address === null ? [] : [{ ...common, url: address }];
		})
		.map((image, index) => ({ ...image, index }));
	if (images.length === 0)
		throw new ImageError('malformedResponse', {
			message: 'AI Batch answered without an image',
			hint: 'The upstream may have rejected the prompt without a message',
			retryable: false,
		});
	const isWhole = images.length >= request.count;
	return {
		job: {
			provider: 'aiBatch',
			id: answer.generation_id ?? null,
			status: isWhole ? 'succeeded' : 'partial',
			progress: isWhole ? 100 : null,
			total: Math.max(request.count, images.length),
			completed: images.length,
			error: isWhole
				? null
				: jobError('upstream', {
						message: countedImages(images.length, request.count),
						hint: 'Generate the missing images again',
					}),
			idempotencyKey,
			createdAt: null,
			updatedAt: null,
		},
		images,
		raw: {
			...answer,
			images: answer.images.map(({ base64, ...rest }) =>
				base64 ? { ...rest, base64: `(${base64.length} characters)` } : rest,
			),
		},
	};
}
