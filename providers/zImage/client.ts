import type { z } from 'zod4';
import type { ApiRequest, ApiTransport } from '../../http/apiClient';
import { readAnswer } from '../../http/json';
import { apiPath } from '../../http/path';
import type { CallOptions } from '../provider';
import { throwUnlessOk } from './errors';
import {
	type BatchAnswer,
	batchAnswer,
	type CancelAnswer,
	cancelAnswer,
	deleteAnswer,
	type GenerateBody,
	generateAnswer,
	healthAnswer,
	type HistoryAnswer,
	historyAnswer,
	rootAnswer,
	type TaskAnswer,
	taskAnswer,
} from './wire';

/** The document's calls, in its order. Each throws ImageError for an unexpected answer. */
export interface ZImageClient {
	root(options: CallOptions): Promise<z.infer<typeof rootAnswer>>;
	health(options: CallOptions): Promise<z.infer<typeof healthAnswer>>;
	generate(body: GenerateBody, options: CallOptions): Promise<z.infer<typeof generateAnswer>>;
	task(taskId: string, options: CallOptions): Promise<TaskAnswer>;
	cancel(taskId: string, options: CallOptions): Promise<CancelAnswer>;
	/** Batches, newest first; the server gives at most 50 at a time. */
	history(query: { limit: number; offset: number }, options: CallOptions): Promise<HistoryAnswer>;
	batch(batchId: string, options: CallOptions): Promise<BatchAnswer>;
	deleteBatch(batchId: string, options: CallOptions): Promise<z.infer<typeof deleteAnswer>>;
}

export function createZImageClient(transport: ApiTransport, now: () => number = Date.now): ZImageClient {
	const call = async <T>(schema: z.ZodType<T>, what: string, request: ApiRequest): Promise<T> => {
		const answer = await transport.send(request);
		throwUnlessOk(answer, now());
		return readAnswer(schema, answer, what);
	};
	const taskPath = (taskId: string) => apiPath`/v1/tasks/${taskId}`;
	const batchPath = (batchId: string) => apiPath`/v1/history/${batchId}`;
	return {
		root: ({ signal }) => call(rootAnswer, 'The answer of the root', { method: 'GET', path: '/', signal }),
		health: ({ signal }) => call(healthAnswer, 'The health answer', { method: 'GET', path: '/health', signal }),
		generate: (json, { signal }) =>
			call(generateAnswer, 'The submit answer', { method: 'POST', path: '/v1/images/generate', json, signal }),
		task: async (taskId, { signal }) =>
			await call(taskAnswer, 'The task', { method: 'GET', path: taskPath(taskId), signal }),
		cancel: async (taskId, { signal }) =>
			await call(cancelAnswer, 'The cancel answer', {
				method: 'POST',
				path: apiPath`/v1/tasks/${taskId}/cancel`,
				signal,
			}),
		history: (query, { signal }) =>
			call(historyAnswer, 'The history', { method: 'GET', path: '/v1/history', query, signal }),
		batch: async (batchId, { signal }) =>
			await call(batchAnswer, 'The batch', { method: 'GET', path: batchPath(batchId), signal }),
		deleteBatch: async (batchId, { signal }) =>
			await call(deleteAnswer, 'The delete answer', { method: 'DELETE', path: batchPath(batchId), signal }),
	};
}
