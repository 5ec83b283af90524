import type { ApiAnswer, ApiRequest, ApiTransport } from '../../http/apiClient';
import { readAnswer } from '../../http/json';
import { apiPath } from '../../http/path';
import type { CallOptions } from '../provider';
import { throwUnlessOk } from './errors';
import {
	type AcceptedAnswer,
	acceptedAnswer,
	type HealthAnswer,
	healthAnswer,
	type JobAnswer,
	jobAnswer,
	type ListAnswer,
	listAnswer,
	type SubmitBody,
} from './wire';

export interface ListQuery {
	/** One of the document's status words. */
	status?: string;
	/** 1–100; the server's default is 50. */
	limit?: number;
	cursor?: string;
}

/** The document's calls, in its order. Each throws ImageError for an unexpected answer. */
export interface ImageSaasClient {
	health(options: CallOptions): Promise<HealthAnswer>;
	submit(body: SubmitBody, options: CallOptions & { idempotencyKey: string }): Promise<AcceptedAnswer>;
	list(query: ListQuery, options: CallOptions): Promise<ListAnswer>;
	get(jobId: string, options: CallOptions): Promise<JobAnswer>;
	cancel(jobId: string, options: CallOptions): Promise<AcceptedAnswer>;
}

export function createImageSaasClient(transport: ApiTransport, now: () => number = Date.now): ImageSaasClient {
	const call = async (request: ApiRequest): Promise<ApiAnswer> => {
		const answer = await transport.send(request);
		throwUnlessOk(answer, now());
		return answer;
	};
	const jobPath = (jobId: string) => apiPath`/v1/jobs/${jobId}`;
	return {
		async health({ signal }) {
			return readAnswer(
				healthAnswer,
				await call({ method: 'GET', path: '/health', signal }),
				'The health answer',
			);
		},
		async submit(body, { signal, idempotencyKey }) {
			const answer = await call({
				method: 'POST',
				path: '/v1/images/generate',
				json: body,
				headers: { 'Idempotency-Key': idempotencyKey },
				signal,
			});
			return readAnswer(acceptedAnswer, answer, 'The submit answer');
		},
		async list({ status, limit, cursor }, { signal }) {
			const answer = await call({ method: 'GET', path: '/v1/jobs', query: { status, limit, cursor }, signal });
			return readAnswer(listAnswer, answer, 'The job list');
		},
		async get(jobId, { signal }) {
			return readAnswer(jobAnswer, await call({ method: 'GET', path: jobPath(jobId), signal }), 'The job');
		},
		async cancel(jobId, { signal }) {
			return readAnswer(
				acceptedAnswer,
				await call({ method: 'DELETE', path: jobPath(jobId), signal }),
				'The cancel answer',
			);
		},
	};
}
