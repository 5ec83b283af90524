import type { GoogleGenAI } from '@google/genai';
import type { z } from 'zod4';
import type { ApiTransport } from '../../http/apiClient';
import { fetchOver } from '../../http/fetchOver';
import { excerpt, parseJson, readValue } from '../../http/json';
import { ImageError } from '../../model/errors';
import type { CallOptions } from '../provider';
import type { GeminiConfig } from './config';
import { throwErrors } from './errors';

/** Limits of one call; an absent limit has the value of the transport. */
export interface Bounds extends CallOptions {
	timeoutMs?: number;
	maxBytes?: number;
}

/** Google's SDK over the API plane of one endpoint. */
export interface GeminiSdk {
	/** Makes one call and returns what the SDK returns. */
	call: <T>(bounds: Bounds, work: (sdk: GoogleGenAI) => Promise<T>) => Promise<T>;
	/**
	 * Sends one request through the SDK and reads the answer itself. The SDK throws if a field has an unexpected value,
	 * even if the answer contains an image that was paid for.
	 */
	answerTo: <T>(
		schema: z.ZodType<T>,
		what: string,
		bounds: Bounds,
		send: (sdk: GoogleGenAI) => Promise<unknown>,
	) => Promise<T>;
}

export function createSdk(
	{ baseUrl, own, headers }: GeminiConfig,
	transport: ApiTransport,
	now: () => number,
): GeminiSdk {
	/** Every call has an SDK object of its own, which is cheap to make and has the limits of this call. */
	async function run<T>(
		{ signal, ...bounds }: Bounds,
		work: (sdk: GoogleGenAI, answered: () => string | undefined) => Promise<T>,
	): Promise<T> {
		const { GoogleGenAI: Sdk } = await import('@google/genai');
		let answer: string | undefined;
		const fetching = fetchOver(transport, {
			baseUrl,
			signal,
			...bounds,
			check: (whole) => {
				throwErrors(whole, now());
				answer = whole.text;
			},
		});
		try {
			// Without these settings, environment variables would decide.
			const sdk = new Sdk({
				apiKey: own.apiKey,
				vertexai: false,
				apiVersion: 'v1beta',
				httpOptions: { baseUrl, headers, fetch: fetching },
			});
			return await work(sdk, () => answer);
		} catch (thrown) {
			throw toOwnError(thrown, answer);
		}
	}

	return {
		call: async (bounds, work) => await run(bounds, work),
		answerTo: async (schema, what, bounds, send) =>
			await run(bounds, async (sdk, answered) => {
				const sending = send(sdk);
				await sending.catch(() => undefined);
				const body = parseJson(answered() ?? '');
				if (body === undefined) await sending;
				return readValue(schema, body, what, 200);
			}),
	};
}

/**
 * Converts an error of the SDK to ours. Our own errors come through the SDK unchanged or wrapped. Any other error means
 * that the SDK could not read an answer, or would not send a request.
 */
function toOwnError(thrown: unknown, answer: string | undefined): ImageError {
	for (let error = thrown; typeof error === 'object' && error !== null; error = (error as { cause?: unknown }).cause)
		if (error instanceof ImageError) return error;
	if (answer !== undefined)
		return new ImageError('malformedResponse', {
			message: `Gemini's answer cannot be read: ${excerpt(answer)}`,
			httpStatus: 200,
			hint: 'Check that the base URL leads to the API, and not to a web page or a proxy',
		});
	return new ImageError('invalidRequest', {
		message: excerpt(thrown instanceof Error ? thrown.message : String(thrown), 300),
		delivery: 'notSent',
	});
}
