import { candidate, data, image, picture, request, session } from '../../test/support/geminiJobs';
import type { Reply } from '../../test/support/jsonServer';
import { submitCall } from '../../test/support/providerCalls';

/** Gemini's batches as jobs. */

describe('a batch', () => {
	const times = { createTime: '2026-01-28T09:36:16Z', updateTime: '2026-01-28T09:36:25Z' };
	const operation = (state: string | null, more: object = {}, name = 'batches/a') => ({
		name,
		metadata: { displayName: 'key-9', model: 'models/gemini-2.5-flash-image', state, ...times, ...more },
	});
	const responses = (...list: object[]) => ({ output: { inlinedResponses: { inlinedResponses: list } } });
	const drawn = { response: { candidates: [candidate(picture())] } };
	const poll = async (body: object, id = 'batches/a') => {
		const observation = (await session(() => ({ body })).poll?.([id], {}))?.get(id);
		if (!observation?.ok) throw observation?.error ?? new Error('not polled');
		return observation.snapshot;
	};

	it.each([
		['BATCH_STATE_PENDING', 'queued'],
		['JOB_STATE_QUEUED', 'queued'],
		['BATCH_STATE_PAUSED', 'queued'],
		['BATCH_STATE_RUNNING', 'running'],
		['BATCH_STATE_NEW', 'running'],
		['toString', 'running'],
		[null, 'running'],
		['BATCH_STATE_CANCELLED', 'canceled'],
	])('in state %j is %s', async (state, status) => {
		expect(await poll(operation(state))).toMatchObject({
			job: {
				provider: 'gemini',
				id: 'batches/a',
				status,
				progress: null,
				total: null,
				completed: null,
				error: null,
				idempotencyKey: 'key-9',
				createdAt: '2026-01-28T09:36:16.000Z',
				updatedAt: '2026-01-28T09:36:25.000Z',
			},
			images: [],
		});
	});

	it.each([
		['BATCH_STATE_EXPIRED', {}, 'timeout'],
		['BATCH_STATE_FAILED', { code: 3, message: 'no' }, 'invalidRequest'],
		['BATCH_STATE_FAILED', { code: 7, message: 'no' }, 'auth'],
		['BATCH_STATE_FAILED', { code: 8, message: 'no' }, 'rateLimited'],
		['BATCH_STATE_FAILED', { code: 14, message: 'no' }, 'overloaded'],
		['BATCH_STATE_FAILED', { code: 13, message: 'safety' }, 'contentRejected'],
		['BATCH_STATE_FAILED', { code: 99, message: 'no' }, 'upstream'],
		['BATCH_STATE_FAILED', undefined, 'upstream'],
	])('in state %s with %j has failed: %s', async (state, error, code) => {
		expect((await poll({ ...operation(state), ...(error ? { error } : {}) })).job).toMatchObject({
			status: 'failed',
			error: { code },
		});
	});

	it('that has succeeded has its images in order, at half the price', async () => {
		const usageMetadata = { promptTokenCount: 1_000_000, candidatesTokenCount: 1_000_000 };
		const response = { ...drawn.response, usageMetadata };
		const snapshot = await poll(operation('BATCH_STATE_SUCCEEDED', responses({ response }, drawn)));
		expect(snapshot.job).toMatchObject({ status: 'succeeded', progress: 100, total: 2, completed: 2, error: null });
		expect(snapshot.images).toEqual([image(0), image(1)]);
		expect(snapshot.usage).toMatchObject({ model: 'gemini-2.5-flash-image', estimatedUsd: 15.15 });
		expect(JSON.stringify(snapshot.raw)).not.toContain(data);
	});

	it.each([
		[
			[drawn, { error: { code: 8, message: 'too fast' } }],
			'partial',
			'rateLimited',
			/^1 of 2 images arrived: Gemini: too fast$/,
		],
		[
			[drawn, { response: { candidates: [{ finishReason: 'SAFETY' }] } }],
			'partial',
			'contentRejected',
			/^1 of 2 images arrived: /,
		],
		[[{ error: { code: 8, message: 'too fast' } }], 'failed', 'rateLimited', /^Gemini: too fast$/],
		[[{}], 'failed', 'upstream', /no reason given/],
		[[], 'failed', 'malformedResponse', /without an image$/],
	])('with the responses %j is %s: %s', async (list, status, code, message) => {
		const { job } = await poll(operation('BATCH_STATE_SUCCEEDED', responses(...list)));
		expect(job).toMatchObject({
			status,
			progress: null,
			error: { code, message: expect.stringMatching(message) as string },
		});
	});

	it('with its results in a file reads them line by line', async () => {
		const { poll: ask, asked } = session(({ path }) =>
			path.startsWith('/download')
				? { body: [JSON.stringify(drawn), '', JSON.stringify({ error: { code: 8 } })].join('\n') }
				: { body: operation('BATCH_STATE_SUCCEEDED', { output: { responsesFile: 'files/r-1' } }) },
		);
		expect((await ask?.(['batches/a'], {}))?.get('batches/a')).toMatchObject({
			snapshot: { job: { status: 'partial', total: 2, completed: 1 } },
		});
		expect(asked[1]).toMatchObject({ path: '/download/v1beta/files/r-1:download', query: { alt: 'media' } });
	});

	it('is not read if its results are on another server', async () => {
		await expect(
			poll(operation('BATCH_STATE_SUCCEEDED', { output: { responsesFile: '../secrets' } })),
		).rejects.toMatchObject({ code: 'malformedResponse' });
	});

	it('gives each image its own seed', async () => {
		const { submit, asked } = session(() => ({ body: operation('BATCH_STATE_PENDING') }));
		const batched = { ...request, count: 2, extras: { batch: true } };
		await submit({ ...batched, seed: 5 }, submitCall());
		await submit(batched, submitCall());
		const seeds = asked.map(({ text }) =>
			[...(text ?? '').matchAll(/"seed":(\d+)/g)].map(([, seed]) => Number(seed)),
		);
		expect(seeds).toEqual([[5, 6], []]);
	});

	it('answered with 500 may have been made, unlike a direct call', () => {
		const { isNotAccepted } = session(() => ({}));
		const own = (status: number) => ({
			status,
			headers: {},
			text: JSON.stringify({ error: { code: status, message: 'no', status: 'INTERNAL' } }),
		});
		const batched = { ...request, extras: { batch: true } };
		expect([500, 503, 400].map((status) => isNotAccepted(own(status), batched))).toEqual([false, true, true]);
		expect([500, 503, 400].map((status) => isNotAccepted(own(status), request))).toEqual([true, true, true]);
		expect([500, 503, 400].map((status) => isNotAccepted(own(status)))).toEqual([true, true, true]);
	});

	describe('canceled', () => {
		const cancel = async (state: string, refusal?: Reply) => {
			const { cancel: stop } = session(
				({ path }): Reply =>
					path.endsWith(':cancel') ? (refusal ?? { body: {} }) : { body: operation(state, responses(drawn)) },
			);
			return await stop?.('batches/a', {});
		};
		const refusal = (status: number): Reply => ({ status, body: { error: { code: status, message: 'no' } } });

		it('is canceled', async () => {
			expect((await cancel('BATCH_STATE_CANCELLED'))?.job.status).toBe('canceled');
			expect((await cancel('BATCH_STATE_RUNNING'))?.job.status).toBe('running');
		});

		it('is canceled if an earlier cancel has ended it', async () => {
			expect((await cancel('BATCH_STATE_CANCELLED', refusal(400)))?.job.status).toBe('canceled');
		});

		it.each([undefined, refusal(400)])('is a conflict after its end (%j)', async (answer) => {
			await expect(cancel('BATCH_STATE_SUCCEEDED', answer)).rejects.toMatchObject({
				code: 'conflict',
				message: expect.stringContaining('succeeded') as string,
			});
		});

		it('is an error if the server rejects it while the batch runs, or cannot be polled', async () => {
			await expect(cancel('BATCH_STATE_RUNNING', refusal(400))).rejects.toMatchObject({ code: 'invalidRequest' });
			await expect(cancel('BATCH_STATE_CANCELLED', refusal(503))).rejects.toMatchObject({ code: 'overloaded' });
		});
	});

	it('is listed with its model', async () => {
		const { list } = session(() => ({
			body: {
				operations: [
					operation('BATCH_STATE_RUNNING'),
					operation('BATCH_STATE_SUCCEEDED', { model: null }, 'batches/b'),
				],
			},
		}));
		const listed = [];
		for await (const { snapshot, request: sent } of list?.({}) ?? [])
			listed.push([snapshot.job.id, snapshot.job.status, sent]);
		expect(listed).toEqual([
			['batches/a', 'running', { model: 'gemini-2.5-flash-image' }],
			['batches/b', 'succeeded', {}],
		]);
	});
});
