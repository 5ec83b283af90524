import type { Content, GenerateContentConfig, GoogleGenAI } from '@google/genai';
import type { ApiTransport } from '../../http/apiClient';
import { fetchOver } from '../../http/fetchOver';
import { excerpt, parseJson, readValue } from '../../http/json';
import { ImageError } from '../../model/errors';
import type { CallOptions } from '../provider';
import type { GeminiConfig } from './adapter';
import { refuseErrors } from './errors';
import type { ContentRequest } from './mapping';
import { type BatchJob, batchJob, type BatchResponse, batchResponse, type ContentAnswer, contentAnswer, type ModelInfo, modelInfo, operationError } from './wire';

/** A call that blocks until the model is done. */
export interface LongCall extends CallOptions {
	timeoutMs: number;
}

export interface BatchRequest {
	contents: Content[];
	config: GenerateContentConfig;
}

/** The calls of the API that are used, all through the SDK but the results file. Each throws ImageError for anything but the answer it promises. */
export interface GeminiClient {
	generate(request: ContentRequest, options: LongCall): Promise<ContentAnswer>;
	createBatch(batch: { model: string; displayName: string; requests: BatchRequest[] }, options: CallOptions): Promise<BatchJob>;
	batch(name: string, options: CallOptions): Promise<BatchJob>;
	/** Newest first, page after page. */
	batches(options: CallOptions): AsyncIterable<BatchJob>;
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

export function createGeminiClient({ baseUrl, own, headers }: GeminiConfig, transport: ApiTransport, now: () => number = Date.now): GeminiClient {
	/** One call through an SDK of its own, which costs nothing and knows the bounds of this call. */
	async function call<T>({ signal, ...bounds }: Bounds, work: (sdk: GoogleGenAI, told: () => string) => Promise<T>): Promise<T> {
		const { GoogleGenAI: Sdk } = await import('@google/genai');
		let answer: string | undefined;
		const fetching = fetchOver(transport, {
			baseUrl,
			signal,
			...bounds,
			check: (told) => {
				answer = told.text;
				refuseErrors(told, now());
			},
		});
		try {
			// Said outright, or variables of the environment would decide.
			return await work(new Sdk({ apiKey: own.apiKey, vertexai: false, apiVersion: 'v1beta', httpOptions: { baseUrl, headers, fetch: fetching } }), () => answer ?? '');
		} catch (thrown) {
			throw ownError(thrown, answer);
		}
	}
	const long: Bounds = { timeoutMs: batchTimeoutMs, maxBytes: largestAnswer };
	const read = (value: unknown) => readValue(batchJob, value, 'The batch');

	return {
		generate: ({ model, contents, config }, options) => call({ maxBytes: largestAnswer, ...options }, async (sdk) => readValue(contentAnswer, await sdk.models.generateContent({ model, contents, config }), 'The answer', 200)),
		createBatch: ({ model, displayName, requests }, { signal }) => call({ ...long, signal }, async (sdk) => read(await sdk.batches.create({ model, src: requests.map(({ contents, config }) => ({ contents, config })), config: { displayName } }))),
		batch: (name, { signal }) =>
			call({ ...long, signal }, async (sdk, told) => {
				const batch = read(await sdk.batches.get({ name: batchName(name) }));
				if (batch.state !== 'JOB_STATE_FAILED') return batch;
				return { ...batch, error: operationError.safeParse(parseJson(told())).data?.error };
			}),
		async *batches({ signal }) {
			let pageToken: string | undefined;
			do {
				const config = { pageSize, ...(pageToken ? { pageToken } : {}) };
				const page = await call({ ...long, signal }, async (sdk) => {
					const pager = await sdk.batches.list({ config });
					return { rows: pager.page.map(read), next: pager.hasNextPage() ? pager.params.config?.pageToken : undefined };
				});
				yield* page.rows;
				pageToken = page.next;
			} while (pageToken);
		},
		cancelBatch: (name, { signal }) => call({ signal }, (sdk) => sdk.batches.cancel({ name: batchName(name) })),
		deleteBatch: async (name, { signal }) => {
			await call({ signal }, (sdk) => sdk.batches.delete({ name: batchName(name) }));
		},
		async responsesIn(file, { signal }) {
			if (!/^files\/[\w-]+$/.test(file)) throw new ImageError('malformedResponse', { message: `The results are said to be in ${excerpt(file)}, which is no file`, retryable: false });
			// The SDK would write it to a disk.
			const answer = await transport.send({ method: 'GET', path: `/download/v1beta/${file}:download`, query: { alt: 'media' }, headers: { accept: '*/*', 'x-goog-api-key': own.apiKey, ...headers }, ...long, signal });
			refuseErrors(answer, now());
			return answer.text.split('\n').filter((line) => line.trim() !== '').map((line) => readValue(batchResponse, parseJson(line), 'A line of the results file', answer.status));
		},
		models: ({ signal }) =>
			call({ signal }, async (sdk) => {
				const found: ModelInfo[] = [];
				for await (const model of await sdk.models.list({ config: { pageSize: 1_000 } })) found.push(readValue(modelInfo, model, 'The model'));
				return found;
			}),
		model: (name, { signal }) => call({ signal }, async (sdk) => readValue(modelInfo, await sdk.models.get({ model: name }), 'The model')),
	};
}

/** What is no batch is not asked for: the name becomes part of a path. */
function batchName(name: string): string {
	if (/^batches\/[\w-]+$/.test(name)) return name;
	throw new ImageError('notFound', { message: `"${excerpt(name)}" is no batch of Gemini`, hint: 'Batches are called batches/…; other jobs have ended when they are given', delivery: 'notSent' });
}

/** What the SDK throws, as ours: our own come through it as they are or wrapped, the rest is an answer it could not read, or a request it would not send. */
function ownError(thrown: unknown, answer: string | undefined): ImageError {
	for (let error = thrown; typeof error === 'object' && error !== null; error = (error as { cause?: unknown }).cause) if (error instanceof ImageError) return error;
	if (answer !== undefined) return new ImageError('malformedResponse', { message: `Gemini's answer cannot be read: ${excerpt(answer)}`, httpStatus: 200, hint: 'Does the base URL lead to the API, and not to a web page or a proxy?' });
	return new ImageError('invalidRequest', { message: excerpt(thrown instanceof Error ? thrown.message : String(thrown), 300), delivery: 'notSent' });
}
