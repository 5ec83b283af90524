import type { Content, GenerateContentConfig, GoogleGenAI } from '@google/genai';
import type { z } from 'zod4';
import type { ApiTransport } from '../../http/apiClient';
import { fetchOver } from '../../http/fetchOver';
import { excerpt, parseJson, readValue } from '../../http/json';
import { isPathSegment } from '../../http/path';
import { ImageError } from '../../model/errors';
import type { CallOptions } from '../provider';
import type { GeminiConfig } from './config';
import { throwErrors } from './errors';
import type { ContentRequest } from './mapping';
import {
	type BatchJob,
	batchList,
	batchOperation,
	type BatchPage,
	type BatchResponse,
	batchResponse,
	type ContentAnswer,
	contentAnswer,
	type ModelInfo,
	modelInfo,
} from './wire';

/** A call that blocks until the model is done. */
export interface LongCall extends CallOptions {
	timeoutMs: number;
}

export interface BatchRequest {
	contents: Content[];
	config: GenerateContentConfig;
}

/**
 * The calls of the API that are used, all through the SDK but the results file. Each throws ImageError for anything but
 * the answer it promises.
 */
export interface GeminiClient {
	generate(request: ContentRequest, options: LongCall): Promise<ContentAnswer>;
	createBatch(
		batch: { model: string; displayName: string; requests: BatchRequest[] },
		options: CallOptions,
	): Promise<BatchJob>;
	batch(name: string, options: CallOptions): Promise<BatchJob>;
	/** Newest first, page after page. */
	batchPages(options: CallOptions): AsyncIterable<BatchPage>;
	cancelBatch(name: string, options: CallOptions): Promise<void>;
	deleteBatch(name: string, options: CallOptions): Promise<void>;
	/** The lines of a results file, e.g. of `files/abc`. */
	responsesIn(file: string, options: CallOptions): Promise<BatchResponse[]>;
	models(options: CallOptions): Promise<ModelInfo[]>;
	model(name: string, options: CallOptions): Promise<ModelInfo>;
}

/** Eight 4K pictures as base64 and more. */
const largestAnswer = 256 * 1024 * 1024;
const batchTimeoutMs = 5 * 60_000;
const pageSize = 20;

interface Bounds extends CallOptions {
	timeoutMs?: number;
	maxBytes?: number;
}

export function createGeminiClient(
	{ baseUrl, own, headers }: GeminiConfig,
	transport: ApiTransport,
	now: () => number = Date.now,
): GeminiClient {
	/** One call through an SDK of its own, which costs nothing and knows the bounds of this call. */
	async function call<T>(
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
			// Said outright, or variables of the environment would decide.
			return await work(
				new Sdk({
					apiKey: own.apiKey,
					vertexai: false,
					apiVersion: 'v1beta',
					httpOptions: { baseUrl, headers, fetch: fetching },
				}),
				() => answer,
			);
		} catch (thrown) {
			throw ownError(thrown, answer);
		}
	}

	/**
	 * Sends one request through the SDK and reads the answer itself: the SDK throws on stray values, even beside a
	 * picture that is paid for.
	 */
	const answerTo = <T>(
		schema: z.ZodType<T>,
		what: string,
		bounds: Bounds,
		send: (sdk: GoogleGenAI) => Promise<unknown>,
	): Promise<T> =>
		call(bounds, async (sdk, answered) => {
			const sending = send(sdk);
			await sending.catch(() => undefined);
			const body = parseJson(answered() ?? '');
			if (body === undefined) await sending;
			return readValue(schema, body, what, 200);
		});
	const long: Bounds = { timeoutMs: batchTimeoutMs, maxBytes: largestAnswer };

	return {
		generate: async ({ model, contents, config }, options) => {
			const answer = await answerTo(contentAnswer, 'The answer', { maxBytes: largestAnswer, ...options }, (sdk) =>
				sdk.models.generateContent({ model: modelName(model), contents, config }),
			);
			// A 200 of somebody else does not say whether the model was asked.
			if (!isOfGemini(answer))
				throw new ImageError('malformedResponse', {
					message: `The answer is none of Gemini's: it has neither candidates nor a reason why there are none`,
					httpStatus: 200,
					hint: 'Does the base URL lead to the API, and not to a web page or a proxy?',
					retryable: false,
				});
			return answer;
		},
		createBatch: ({ model, displayName, requests }, { signal }) =>
			answerTo(batchOperation, 'The new batch', { ...long, signal }, (sdk) =>
				sdk.batches.create({
					model: modelName(model),
					src: requests.map(({ contents, config }) => ({ contents, config })),
					config: { displayName },
				}),
			),
		batch: async (name, { signal }) => {
			const batch = batchName(name);
			return await answerTo(batchOperation, 'The batch', { ...long, signal }, (sdk) =>
				sdk.batches.get({ name: batch }),
			);
		},
		async *batchPages({ signal }) {
			let pageToken: string | null | undefined;
			do {
				const config = { pageSize, ...(pageToken ? { pageToken } : {}) };
				const page = await answerTo(batchList, 'The batches', { ...long, signal }, (sdk) =>
					sdk.batches.list({ config }),
				);
				yield page;
				pageToken = page.nextPageToken;
			} while (pageToken);
		},
		cancelBatch: (name, { signal }) => call({ signal }, (sdk) => sdk.batches.cancel({ name: batchName(name) })),
		deleteBatch: async (name, { signal }) => {
			await call({ signal }, (sdk) => sdk.batches.delete({ name: batchName(name) }));
		},
		async responsesIn(file, { signal }) {
			if (!/^files\/[\w-]+$/.test(file))
				throw new ImageError('malformedResponse', {
					message: `The results are said to be in ${excerpt(file)}, which is no file`,
					retryable: false,
				});
			// The SDK would write it to a disk.
			const answer = await transport.send({
				method: 'GET',
				path: `/download/v1beta/${file}:download`,
				query: { alt: 'media' },
				headers: { accept: '*/*', 'x-goog-api-key': own.apiKey, ...headers },
				...long,
				signal,
			});
			throwErrors(answer, now());
			return answer.text
				.split('\n')
				.filter((line) => line.trim() !== '')
				.map((line) => batchResponse.parse(parseJson(line)));
		},
		models: ({ signal }) =>
			call({ signal }, async (sdk) => {
				const found: ModelInfo[] = [];
				for await (const model of await sdk.models.list({ config: { pageSize: 1_000 } }))
					found.push(readValue(modelInfo, model, 'The model'));
				return found;
			}),
		model: (name, { signal }) =>
			call({ signal }, async (sdk) =>
				readValue(modelInfo, await sdk.models.get({ model: modelName(name) }), 'The model'),
			),
	};
}

/** Whether an answer has anything that only Gemini's have. */
function isOfGemini({ candidates, promptFeedback, usageMetadata, modelVersion, responseId }: ContentAnswer): boolean {
	return (
		candidates.length > 0 ||
		[promptFeedback, usageMetadata, modelVersion, responseId].some((field) => field !== null && field !== undefined)
	);
}

/** The SDK puts the name of a model into a path as it is. */
function modelName(name: string): string {
	if (isPathSegment(name) && !/[%?#&]/.test(name)) return name;
	throw new ImageError('invalidRequest', {
		message: `"${excerpt(name)}" is not the name of a model`,
		hint: 'Choose a model from the list, or check its name',
		delivery: 'notSent',
	});
}

/** The name becomes part of a path, so only a batch's is sent. */
function batchName(name: string): string {
	if (/^batches\/[\w-]+$/.test(name)) return name;
	throw new ImageError('notFound', {
		message: `"${excerpt(name)}" is no batch of Gemini`,
		hint: 'Batches are called batches/…; other jobs have ended when they are given',
		delivery: 'notSent',
	});
}

/**
 * What the SDK throws, as ours: our own come through it as they are or wrapped, the rest is an answer it could not
 * read, or a request it would not send.
 */
function ownError(thrown: unknown, answer: string | undefined): ImageError {
	for (let error = thrown; typeof error === 'object' && error !== null; error = (error as { cause?: unknown }).cause)
		if (error instanceof ImageError) return error;
	if (answer !== undefined)
		return new ImageError('malformedResponse', {
			message: `Gemini's answer cannot be read: ${excerpt(answer)}`,
			httpStatus: 200,
			hint: 'Does the base URL lead to the API, and not to a web page or a proxy?',
		});
	return new ImageError('invalidRequest', {
		message: excerpt(thrown instanceof Error ? thrown.message : String(thrown), 300),
		delivery: 'notSent',
	});
}
