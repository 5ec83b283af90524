import type { Readable } from 'node:stream';

/** A reference picture: a URL the provider fetches, or bytes we hold and stream to it, once per attempt. */
export type Reference =
	| { kind: 'url'; url: string }
	| { kind: 'binary'; fileName: string; mimeType: string; bytes: number | null; open: () => Promise<Readable> };

/** A value of an extra: an object where its field is JSON. */
export type Extra = string | number | boolean | Record<string, unknown>;

/** What the user requests. An absent field was not requested and is not sent. */
export interface ImageRequest {
	prompt: string;
	/** Images wanted, at least 1. */
	count: number;
	negativePrompt?: string;
	model?: string;
	/** `width:height`, e.g. `16:9`, or a word of the provider's such as `Auto`. */
	aspectRatio?: string;
	/** `512`, `1K`, `2K`, `4K`. */
	resolution?: string;
	seed?: number;
	/** 0–1: how much the result may differ from the references. */
	strength?: number;
	references?: Reference[];
	/** Fields only this provider knows, by the names of its capabilities' `extras`. */
	extras?: Record<string, Extra>;
}

/** The request as shown in an item: plain JSON, without bytes. */
export function describeRequest(request: ImageRequest): Record<string, unknown> {
	const { references, extras, ...plain } = request;
	return {
		...plain,
		...extras,
		...(references?.length
			? {
					references: references.map((reference) =>
						reference.kind === 'url'
							? { url: reference.url }
							: { fileName: reference.fileName, mimeType: reference.mimeType, bytes: reference.bytes },
					),
				}
			: {}),
	};
}

/** The fields of a request that decide the size of its images. */
export interface SizeRequest extends Pick<ImageRequest, 'model' | 'aspectRatio' | 'resolution' | 'extras'> {
	references?: readonly unknown[];
}

/**
 * Reads the number and size of images from the request of an item. Fields in another form are left out.
 */
export function readBack(described: Record<string, unknown>): SizeRequest & { count: number | null } {
	const {
		prompt: _prompt,
		negativePrompt: _negative,
		seed: _seed,
		strength: _strength,
		count,
		model,
		aspectRatio,
		resolution,
		references,
		...extras
	} = described;
	return {
		count: typeof count === 'number' && Number.isInteger(count) && count > 0 ? count : null,
		...(typeof model === 'string' ? { model } : {}),
		...(typeof aspectRatio === 'string' ? { aspectRatio } : {}),
		...(typeof resolution === 'string' ? { resolution } : {}),
		...(Array.isArray(references) ? { references } : {}),
		extras: Object.fromEntries(
			Object.entries(extras).filter((entry): entry is [string, Extra] =>
				['string', 'number', 'boolean'].includes(typeof entry[1]),
			),
		),
	};
}
