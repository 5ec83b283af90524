import { ImageError } from '../../model/errors';
import { jsonServer, type Reply } from '../../test/support/jsonServer';
import { countingCall, enough, submitCall } from '../../test/support/providerCalls';
import { zImageAdapter } from './adapter';
import { batchIdOf } from './jobId';

const config = zImageAdapter.endpoint({ baseUrl: 'https://z.example', authKey: 'key' });
const batchId = batchIdOf('key-1');
const request = { prompt: 'A fox', count: 3, seed: 7 };

function session(reply: (index: number) => Reply) {
	const server = jsonServer(({ json }) =>
		reply((json as { metadata: { batch_index: number } }).metadata.batch_index),
	);
	return { ...server, ...zImageAdapter.connect(config, server.transport) };
}
const task = (index: number): Reply => ({ body: { task_id: `t${index}` } });

it('each image is a request that is paid for, and nothing else is', async () => {
	const { submit, asked } = session(task);
	const { call, parts, ids } = countingCall();
	expect((await submit(request, call)).job).toMatchObject({
		id: `${batchId}~3~t0.t1.t2`,
		status: 'queued',
		total: 3,
		idempotencyKey: 'key-1',
		error: null,
	});
	expect(parts).toEqual([0, 1, 2]);
	expect([...ids]).toEqual([
		[0, 't0'],
		[1, 't1'],
		[2, 't2'],
	]);
	expect(asked.map(({ json }) => json)).toMatchObject(
		[0, 1, 2].map((index) => ({
			seed: 7 + index,
			metadata: { batch_id: batchId, batch_index: index, batch_size: 3 },
		})),
	);
});

it('what earlier requests made is not sent again', async () => {
	const { submit } = session(task);
	const { call, parts } = countingCall({
		made: new Map([
			[2, 'z'],
			[0, 'a'],
		]),
	});
	expect((await submit(request, call)).job).toMatchObject({ id: `${batchId}~3~a.t1.z`, status: 'queued' });
	expect(parts).toEqual([1]);
	const whole = countingCall({
		made: new Map([
			[0, 'a'],
			[1, 'b'],
			[2, 'c'],
		]),
	});
	expect((await submit(request, whole.call)).job).toMatchObject({ id: `${batchId}~3~a.b.c`, error: null });
	expect(whole.parts).toEqual([]);
});

it('a request that fails ends the call, so that its outcome can be settled first', async () => {
	const { submit } = session((index) =>
		index === 1 ? new ImageError('network', { message: 'cut', delivery: 'ambiguous' }) : task(index),
	);
	const { call, parts } = countingCall();
	await expect(submit(request, call)).rejects.toMatchObject({ code: 'network' });
	expect(parts).toEqual([0, 1]);
});

it('after giving up, the job has the made images and the reason why others are missing', async () => {
	const { submit, asked } = session(task);
	const { job } = await submit(request, submitCall({ made: new Map([[1, 'b']]), givenUp: enough }));
	expect(job).toMatchObject({
		id: `${batchId}~3~b`,
		total: 3,
		error: { code: 'overloaded', message: '1 of 3 images were accepted: The server is full', httpStatus: 503 },
	});
	await expect(submit(request, submitCall({ givenUp: enough }))).rejects.toBe(enough);
	expect(
		(
			await submit(
				request,
				submitCall({
					made: new Map([
						[0, 'a'],
						[1, 'b'],
						[2, 'c'],
					]),
					givenUp: enough,
				}),
			)
		).job.error,
	).toBeNull();
	expect(asked).toEqual([]);
});

it('why a task of a batch failed is asked of the task, which says more', async () => {
	const { poll } = zImageAdapter.connect(
		config,
		jsonServer(({ path }) =>
			path.startsWith('/v1/history/')
				? {
						body: {
							batch: { task_id: batchId, status: 'SUCCESS', batch_size: 2 },
							items: [
								{
									task_id: 't0',
									index: 0,
									status: 'error',
									error_code: 'ERROR',
									error_hint: 'Choose a smaller size',
								},
								{ task_id: 't1', index: 1, status: 'error', error_code: 'ERROR' },
							],
						},
					}
				: {
						body: {
							task_id: 't0',
							status: 'FAILURE',
							error: JSON.stringify({
								code: 'ERROR',
								message: 'Generation failed',
								detail: 'CUDA out of memory',
							}),
						},
					},
		).transport,
	);
	expect((await poll?.([`${batchId}~2~t0.t1`], {}))?.get(`${batchId}~2~t0.t1`)).toMatchObject({
		ok: true,
		snapshot: {
			job: {
				status: 'failed',
				error: {
					code: 'overloaded',
					message: 'ERROR: Generation failed (CUDA out of memory)',
					hint: 'Choose a smaller size',
				},
			},
		},
	});
});
