import { fromBatch, fromResponses, statusOfBatch } from './batch';
import { type BatchJob, batchOperation, batchResponse } from './wire';

const batch = ({ error, ...metadata }: { state?: string | undefined; error?: object } = {}): BatchJob =>
	batchOperation.parse({ name: 'batches/a', error, metadata: { state: 'BATCH_STATE_SUCCEEDED', ...metadata } });
const picture = { candidates: [{ content: { parts: [{ inlineData: { mimeType: 'image/png', data: 'aGFsbG8=' } }] } }] };
const made = { response: picture };
const blocked = { response: { promptFeedback: { blockReason: 'SAFETY' } } };
const failed = { error: { code: 8, message: 'Too many' } };

it.each([
	['BATCH_STATE_QUEUED', 'queued'],
	['BATCH_STATE_PENDING', 'queued'],
	['BATCH_STATE_PAUSED', 'queued'],
	['BATCH_STATE_RUNNING', 'running'],
	['BATCH_STATE_SUCCEEDED', 'succeeded'],
	['BATCH_STATE_PARTIALLY_SUCCEEDED', 'succeeded'],
	['BATCH_STATE_FAILED', 'failed'],
	['BATCH_STATE_EXPIRED', 'failed'],
	['BATCH_STATE_CANCELLED', 'canceled'],
	['BATCH_STATE_NEW', 'running'],
	['constructor', 'running'],
	[undefined, 'running'],
])('a batch with the state %s is %s', (state, status) => {
	expect(statusOfBatch(batch({ state }))).toBe(status);
	const { job, images } = fromBatch(batch({ state }));
	expect(job).toMatchObject({ id: 'batches/a', status, progress: status === 'succeeded' ? 100 : null });
	expect(job.error !== null).toBe(status === 'failed');
	expect(images).toEqual([]);
});

it('a batch that expired, and one that failed, have their own reasons', () => {
	expect(fromBatch(batch({ state: 'BATCH_STATE_EXPIRED' })).job.error).toMatchObject({ code: 'timeout' });
	const error = { code: 16, message: 'Key' };
	expect(fromBatch(batch({ state: 'BATCH_STATE_FAILED', error })).job.error).toMatchObject({
		code: 'auth',
		message: 'Gemini: Key',
	});
});

it.each<[string, object[], string, number, number, string | null]>([
	['all images', [made, made], 'succeeded', 2, 2, null],
	['an image that was blocked', [made, blocked], 'partial', 1, 2, 'contentRejected'],
	['a request that failed', [failed, made], 'partial', 1, 2, 'rateLimited'],
	['only failures', [failed, failed], 'failed', 0, 2, 'rateLimited'],
	['only blocked images', [blocked, failed], 'failed', 0, 2, 'contentRejected'],
	['no response', [], 'failed', 0, 0, 'malformedResponse'],
	['an empty response', [{}], 'failed', 0, 1, 'upstream'],
] as never)(
	'a batch with %s has them, and the reason why others are missing',
	(_what, responses, status, completed, total, code) => {
		const { job, images } = fromResponses(
			batch(),
			responses.map((response) => batchResponse.parse(response)),
		);
		expect(job).toMatchObject({ status, completed, total, progress: status === 'succeeded' ? 100 : null });
		expect(job.error?.code ?? null).toBe(code);
		expect(images).toHaveLength(completed);
	},
);
