import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

/** An operation that costs money, as the money matrix runs it. */
export interface Row {
	/** As in a heading of docs/money-matrix.md. */
	title: string;
	/** Id of the stand-in. */
	backend: string;
	/** Settings of the stand-in: short jobs, and no more pictures than needed. */
	settings: Record<string, unknown>;
	/** Fields of the credential besides those of the stand-in. */
	credential?: Record<string, unknown>;
	/** The fault route of the request that costs money. */
	route: string;
	/** Number of requests of the item before the fault hits one. */
	skip?: number;
	/**
	 * What settles a lost answer: the provider's idempotency key, a look-up in its list, a look-up that can only find,
	 * or nothing.
	 */
	certainty: 'key' | 'look-up' | 'look-up that finds only' | 'none';
	/** Jobs in the books that one item needs. */
	jobs: number;
	/** What one item delivers: images, or 1 for another result. */
	results: number;
	/** Images that the budget counts for one item. */
	images: number;
	/** The node. It sends no file: after a reset it is random whether the stream was written completely. */
	node: (prompt: string) => { type: string; parameters: IDataObject };
	/** Whether its items are jobs, which Image Poll finishes. */
	isJob: boolean;
	/** How many results an item holds. */
	resultsOf: (item: INodeExecutionData) => number;
	/**
	 * A request by another client for the same prompt, on a server with one worker; absent if the provider has no
	 * queue.
	 */
	older?: (prompt: string) => { path: string; body: unknown; headers?: Record<string, string> };
}

const jobOf = (item: INodeExecutionData) => item.json['job'] as { id: string | null; status: string } | undefined;
const imagesOf = (item: INodeExecutionData) =>
	jobOf(item)?.status === 'succeeded' || jobOf(item)?.status === 'partial'
		? (item.json['images'] as unknown[]).length
		: 0;
/** For a call whose answer the document does not show: any answer is the result. */
const given = ({ json }: INodeExecutionData) => (json['error'] === undefined ? 1 : 0);
const listed = (name: string) => (item: INodeExecutionData) =>
	Array.isArray(item.json[name]) ? (item.json[name] as unknown[]).length : 0;

const generate =
	(provider: string, parameters: IDataObject = {}, options: IDataObject = {}) =>
	(prompt: string) => ({
		type: 'imageGenerate',
		parameters: { provider, prompt, download: false, ...parameters, options },
	});

const nanoTasks = {
	backend: 'nanoBananaPro',
	settings: { requestsPerSecond: 0, jobDurationMs: 40, dialect: 'real' },
	credential: { api: 'tasks' },
	route: 'generate',
	certainty: 'look-up',
	jobs: 2,
	results: 2,
	images: 2,
	resultsOf: imagesOf,
	isJob: true,
} as const;
const olderTask = (prompt: string) => ({
	path: '/api/v1/tasks/generate',
	body: { provider: 'gemini', params: { prompt, aspect_ratio: '1:1', count: 1 } },
});
const zImage = {
	backend: 'zImage',
	settings: { jobDurationMs: 40 },
	route: 'generate',
	certainty: 'look-up that finds only',
	jobs: 2,
	results: 2,
	images: 2,
	resultsOf: imagesOf,
	isJob: true,
} as const;
const olderZImage = (prompt: string) => ({
	path: '/v1/images/generate',
	body: { prompt: `${prompt} [slow:9000]` },
	headers: { 'x-auth-key': 'client-key-1' },
});

/** Every operation of the pack that costs money. Operations that share their code and their certainty share a row. */
export const rows: readonly Row[] = [
	{
		title: 'Image SaaS: Image Generate',
		backend: 'imageSaas',
		settings: { requestsPerMinute: 0, maxConcurrent: 0, jobDurationMs: 40 },
		route: 'generate',
		certainty: 'key',
		jobs: 1,
		results: 2,
		images: 2,
		node: generate('imageSaas', { count: 2 }),
		resultsOf: imagesOf,
		isJob: true,
	},
	{
		title: 'NanoBananaPro v1.6: Image Generate',
		backend: 'nanoBananaPro',
		settings: { requestsPerSecond: 0, jobDurationMs: 40 },
		route: 'generate',
		certainty: 'look-up',
		jobs: 1,
		results: 2,
		images: 2,
		node: generate('nanoBananaPro', { count: 2 }),
		resultsOf: imagesOf,
		isJob: true,
		older: (prompt) => ({
			path: '/api/v1/generate/batch',
			body: { prompt, model: 'gemini-3-pro-image-preview', apiKey: 'gemini-key-1', count: 2 },
		}),
	},
	{
		...nanoTasks,
		title: 'NanoBananaPro tasks: Image Generate, first of two requests',
		node: generate('nanoBananaPro', { count: 2, aspectRatio: '1:1' }),
		older: olderTask,
	},
	{
		...nanoTasks,
		title: 'NanoBananaPro tasks: Image Generate, second of two requests',
		skip: 1,
		node: generate('nanoBananaPro', { count: 2, aspectRatio: '1:1' }),
		older: olderTask,
	},
	{
		...zImage,
		title: 'Z-Image: Image Generate, first of two requests',
		node: generate('zImage', { count: 2 }),
		older: olderZImage,
	},
	{
		...zImage,
		title: 'Z-Image: Image Generate, second of two requests',
		skip: 1,
		node: generate('zImage', { count: 2 }),
		older: olderZImage,
	},
	{
		title: 'Gemini direct: Image Generate',
		backend: 'gemini',
		settings: { jobDurationMs: 20 },
		route: 'generate',
		certainty: 'none',
		jobs: 1,
		results: 1,
		images: 1,
		node: generate('gemini'),
		resultsOf: imagesOf,
		isJob: true,
	},
	{
		title: 'Gemini direct: Image Generate, second of two requests',
		backend: 'gemini',
		settings: { jobDurationMs: 20 },
		route: 'generate',
		skip: 2,
		certainty: 'none',
		jobs: 2,
		results: 2,
		images: 2,
		node: generate('gemini', { count: 2 }),
		resultsOf: imagesOf,
		isJob: true,
	},
	{
		title: 'Gemini batch: Image Generate',
		backend: 'gemini',
		settings: { jobDurationMs: 20 },
		route: 'batch',
		certainty: 'look-up',
		jobs: 1,
		results: 2,
		images: 2,
		node: generate('gemini', { count: 2 }, { batch: true }),
		resultsOf: imagesOf,
		isJob: true,
	},
	{
		title: 'Jimeng: Image Generate',
		backend: 'jimeng',
		settings: { jobDurationMs: 20, pictures: 1 },
		route: 'generate',
		certainty: 'none',
		jobs: 1,
		results: 1,
		images: 1,
		node: generate('jimeng'),
		resultsOf: imagesOf,
		isJob: true,
	},
	{
		title: 'AI Batch: Image Generate',
		backend: 'aiBatch',
		settings: { jobDurationMs: 20 },
		route: 'generate',
		certainty: 'none',
		jobs: 1,
		results: 2,
		images: 2,
		node: generate('aiBatch', { count: 2 }),
		resultsOf: imagesOf,
		isJob: true,
	},
	{
		title: 'Jimeng node: Chat',
		backend: 'jimeng',
		settings: { jobDurationMs: 20, pictures: 1 },
		route: 'chat',
		certainty: 'none',
		jobs: 1,
		results: 1,
		images: 1,
		node: (prompt) => ({
			type: 'jimeng',
			parameters: { resource: 'chat', operation: 'complete', prompt, download: false },
		}),
		resultsOf: listed('urls'),
		isJob: false,
	},
	{
		title: 'Jimeng node: Chat, not streamed',
		backend: 'jimeng',
		settings: { jobDurationMs: 20, pictures: 1 },
		route: 'chat',
		certainty: 'none',
		jobs: 1,
		results: 1,
		images: 1,
		node: (prompt) => ({
			type: 'jimeng',
			parameters: { resource: 'chat', operation: 'complete', prompt, download: false, stream: false },
		}),
		resultsOf: listed('urls'),
		isJob: false,
	},
	{
		title: 'Jimeng node: Video',
		backend: 'jimeng',
		settings: { jobDurationMs: 10 },
		route: 'chat',
		certainty: 'none',
		jobs: 1,
		results: 1,
		images: 1,
		node: (prompt) => ({
			type: 'jimeng',
			parameters: { resource: 'video', operation: 'generate', prompt, download: false },
		}),
		resultsOf: listed('urls'),
		isJob: false,
	},
	{
		title: 'Gemini node: Content',
		backend: 'gemini',
		settings: { jobDurationMs: 20 },
		route: 'generate',
		certainty: 'none',
		jobs: 1,
		results: 1,
		images: 1,
		node: (prompt) => ({ type: 'geminiImage', parameters: { resource: 'content', operation: 'generate', prompt } }),
		resultsOf: listed('images'),
		isJob: false,
	},
	{
		title: 'Gemini node: Create Batch',
		backend: 'gemini',
		settings: { jobDurationMs: 20 },
		route: 'batch',
		certainty: 'look-up',
		jobs: 1,
		results: 1,
		images: 2,
		node: (prompt) => ({
			type: 'geminiImage',
			parameters: { resource: 'batch', operation: 'create', prompts: `${prompt} one\n${prompt} two` },
		}),
		resultsOf: (item) => (jobOf(item)?.id ? 1 : 0),
		isJob: false,
	},
	{
		title: 'AI Batch node: Upscale',
		backend: 'aiBatch',
		settings: { jobDurationMs: 20 },
		route: 'call',
		certainty: 'none',
		jobs: 1,
		results: 1,
		images: 1,
		node: (prompt) => ({
			type: 'aiBatch',
			parameters: { resource: 'creative', operation: 'upscale', bodyJson: JSON.stringify({ prompt }) },
		}),
		resultsOf: given,
		isJob: false,
	},
	{
		title: 'AI Batch node: Generate Batch',
		backend: 'aiBatch',
		settings: { jobDurationMs: 20 },
		route: 'batch',
		certainty: 'none',
		jobs: 2,
		results: 1,
		images: 2,
		node: (prompt) => ({
			type: 'aiBatch',
			parameters: { resource: 'batch', operation: 'generate', prompts: `${prompt} one\n${prompt} two` },
		}),
		resultsOf: given,
		isJob: false,
	},
];
