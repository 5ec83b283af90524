import type { ImageRequest } from '../../model/request';
import type { BatchBody } from './client';
import type { TaskBody } from './clientTasks';

/**
 * The default model: for text, the model of the document's example; for references, the model that the document names.
 */
const defaultModel = (request: ImageRequest) =>
	request.references?.length ? 'gemini-3-pro-image-preview' : 'gemini-2.5-flash-image';

/** The request in the fields of v1.6. `options` is one JSON text with all settings of the generation. */
export function toBatchBody(
	request: ImageRequest,
	{ apiKey, apiBase }: { apiKey: string; apiBase?: string | undefined },
): BatchBody {
	const options = sdkOptions(request);
	return {
		prompt: request.prompt,
		model: request.model ?? defaultModel(request),
		count: request.count,
		apiKey,
		...(apiBase ? { apiBase } : {}),
		...(request.aspectRatio === undefined ? {} : { aspectRatio: request.aspectRatio }),
		...(request.resolution === undefined ? {} : { imageSize: request.resolution }),
		...(Object.keys(options).length === 0 ? {} : { options: JSON.stringify(options) }),
	};
}

function sdkOptions({ seed, extras = {} }: ImageRequest): Record<string, unknown> {
	const { temperature, topP, topK, sdkOptions: more } = extras;
	return {
		...(typeof more === 'object' ? more : {}),
		...Object.fromEntries(
			Object.entries({ seed, temperature, topP, topK }).filter(([, value]) => value !== undefined),
		),
	};
}

/**
 * The request in the fields of the tasks API, one body per image. Without a ratio and a resolution, the server crashes
 * at a request without references, so such a request has a ratio. With references the model decides, unless the user
 * chose a ratio. Without a model the server uses its default.
 */
export function toTaskBody(request: ImageRequest, provider: string): TaskBody {
	const model = request.model === undefined ? {} : { model_id: request.model };
	const aspectRatio = request.aspectRatio ?? (request.references?.length ? undefined : '1:1');
	return {
		provider,
		...model,
		params: {
			prompt: request.prompt,
			...(aspectRatio === undefined ? {} : { aspect_ratio: aspectRatio }),
			...(request.resolution === undefined ? {} : { resolution_level: request.resolution }),
			count: 1,
			...model,
		},
	};
}
