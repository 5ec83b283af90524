import type { Content, GenerateContentConfig } from '@google/genai';
import type { ApiTransport } from '../../http/apiClient';
import { excerpt, parseJson, readValue } from '../../http/json';
import { eachLine } from '../../http/lines';
import { isPathSegment } from '../../http/path';
import { ImageError } from '../../model/errors';
import type { CallOptions } from '../provider';
import type { GeminiConfig } from './config';
import { throwErrors } from './errors';
import type { ContentRequest } from './mapping';
import { createSdk } from './sdk';
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

/** A call whose answer arrives when the model has finished. */
export interface LongCall extends CallOptions {
	timeoutMs: number;
}

export interface BatchRequest {
	contents: Content[];
	config: GenerateContentConfig;
}

/**
 * The calls of the API that we use, through the SDK except for the results file. Each throws ImageError for an
 * unexpected answer.
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

/** In bytes: room for more than eight 4K images as base64. */
const largestAnswer = 256 * 1024 * 1024;
const batchTimeoutMs = 5 * 60_000;
const pageSize = 20;

const long = { timeoutMs: batchTimeoutMs, maxBytes: largestAnswer };

export function createGeminiClient(
	config: GeminiConfig,
	transport: ApiTransport,
	now: () => number = Date.now,
): GeminiClient {
	const { call, answerTo } = createSdk(config, transport, now);
	return {
		generate: async ({ model, contents, config }, options) => {
			const answer = await answerTo(contentAnswer, 'The answer', { maxBytes: largestAnswer, ...options }, (sdk) =>
				sdk.models.generateContent({ model: modelName(model), contents, config }),
			);
			// A 200 of another server does not say whether the model received the request.
			if (!isOfGemini(answer))
				throw notGemini(
					'The answer is not from Gemini: it has neither candidates nor a reason why there are none',
				);
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
					message: `Gemini's results file has the name ${excerpt(file)}, which is not valid`,
					retryable: false,
				});
			// Sent without the SDK, because the SDK would write the file to disk.
			const answer = await transport.send({
				method: 'GET',
				path: `/download/v1beta/${file}:download`,
				query: { alt: 'media' },
				headers: { accept: '*/*', 'x-goog-api-key': config.own.apiKey, ...config.headers },
				...long,
				isLines: true,
				signal,
			});
			throwErrors(answer, now());
			return await eachLine(answer.text, (line) => batchResponse.parse(parseJson(line)));
		},
		models: ({ signal }) =>
			call({ signal }, async (sdk) => {
				const found: ModelInfo[] = [];
				for await (const model of await sdk.models.list({ config: { pageSize: 1_000 } }))
					found.push(readValue(modelInfo, model, 'The model'));
				// The SDK reads any other JSON as a list without models.
				if (found.length === 0) throw notGemini('The list of models is empty');
				return found;
			}),
		model: (name, { signal }) =>
			call({ signal }, async (sdk) =>
				readValue(modelInfo, await sdk.models.get({ model: modelName(name) }), 'The model'),
			),
	};
}

/** A 200 without what the API always has. */
function notGemini(message: string): ImageError {
	return new ImageError('malformedResponse', {
		message,
		httpStatus: 200,
		hint: 'Check that the base URL leads to the API, and not to a web page or a proxy',
		retryable: false,
	});
}

/** Whether an answer has a field that only Gemini's answers have. */
function isOfGemini({ candidates, promptFeedback, usageMetadata, modelVersion, responseId }: ContentAnswer): boolean {
	return (
		candidates.length > 0 ||
		[promptFeedback, usageMetadata, modelVersion, responseId].some((field) => field !== null && field !== undefined)
	);
}

/** Checks the name of a model, because the SDK puts it into a path unchanged. */
function modelName(name: string): string {
	if (isPathSegment(name) && !/[%?#&]/.test(name)) return name;
	throw new ImageError('invalidRequest', {
		message: `"${excerpt(name)}" is not the name of a model`,
		hint: 'Choose a model from the list, or check its name',
		delivery: 'notSent',
	});
}

/** The name becomes part of a path, so only the name of a batch is accepted. */
function batchName(name: string): string {
	if (/^batches\/[\w-]+$/.test(name)) return name;
	throw new ImageError('notFound', {
		message: `"${excerpt(name)}" is not a batch of Gemini`,
		hint: 'IDs of batches begin with batches/. Other Gemini jobs have ended already and have no ID',
		delivery: 'notSent',
	});
}
