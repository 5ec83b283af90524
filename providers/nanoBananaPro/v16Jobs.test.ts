import type { JobSnapshot } from '../../model/job';
import { jsonServer } from '../../test/support/jsonServer';
import { baseUrl, connect, created, updated } from '../../test/support/nanoBananaProJobs';
import { submitCall } from '../../test/support/providerCalls';
import { nanoBananaProAdapter } from './adapter';

/** The tasks of the API v1.6 as jobs. */

describe('v1.6', () => {
	const image = (id: string, more: object = {}) => ({ id, ...more });
	const serve = (task: object) =>
		connect('v1.6', () => ({
			body: { code: 0, data: { id: 'a', createdAt: created, updatedAt: updated, ...task } },
		}));

	it.each([
		['nothing but a prompt', {}, {}],
		['references', { references: [] }, {}],
		['a model', { model: 'm' }, { model: 'm' }],
		['several images', { count: 4 }, { count: 4 }],
		['a ratio', { aspectRatio: '16:9' }, { aspectRatio: '16:9' }],
		['a resolution', { resolution: '2K' }, { imageSize: '2K' }],
		['a seed of 0', { seed: 0 }, { options: '{"seed":0}' }],
		[
			'settings',
			{ extras: { temperature: 0.5, topP: 0.9, topK: 40 } },
			{ options: '{"temperature":0.5,"topP":0.9,"topK":40}' },
		],
		[
			'options of the SDK, which the fields of their own precede',
			{ seed: 5, extras: { sdkOptions: { seed: 1, safety: 'off' } } },
			{ options: '{"seed":5,"safety":"off"}' },
		],
		['options that are no object', { extras: { sdkOptions: 'off' } }, {}],
	])('sends a request with %s as that and nothing else', async (_what, patch, body) => {
		const { session, asked } = serve({ status: 'pending' });
		await session.submit({ prompt: 'A fox', count: 1, ...patch }, submitCall());
		expect(asked[0]?.json).toEqual({
			prompt: 'A fox',
			model: 'gemini-2.5-flash-image',
			count: 1,
			apiKey: 'AIza',
			...body,
		});
	});

	it('sends the base of the Gemini API where the credential has one', async () => {
		const { session, asked } = connect('v1.6', () => ({ body: { code: 0, data: { id: 'a' } } }), {
			geminiApiBase: 'https://proxy.example',
		});
		await session.submit({ prompt: 'A fox', count: 1 }, submitCall());
		expect(asked[0]?.json).toMatchObject({ apiBase: 'https://proxy.example' });
	});

	it('sends references as a form, to the model for references', async () => {
		const { session, asked } = serve({ status: 'pending' });
		const file = { kind: 'binary', fileName: 'a.png', mimeType: 'image/png', bytes: 3 } as const;
		const open = () => Promise.reject(new Error('not read'));
		await session.submit({ prompt: 'A fox', count: 1, references: [{ ...file, open }] }, submitCall());
		expect(asked[0]).toMatchObject({
			path: '/api/v1/generate/batch-with-images',
			form: expect.arrayContaining([
				{ name: 'model', value: 'gemini-3-pro-image-preview' },
				{ name: 'refImages', fileName: 'a.png', mimeType: 'image/png', bytes: 3, open },
			]) as unknown,
		});
	});

	it('without a Gemini key sends nothing', async () => {
		const { session, asked } = connect('v1.6', () => ({}), { geminiApiKey: '' });
		await expect(session.submit({ prompt: 'A fox', count: 1 }, submitCall())).rejects.toMatchObject({
			code: 'invalidRequest',
			delivery: 'notSent',
			message: expect.stringContaining('Gemini API Key') as string,
		});
		expect(asked).toEqual([]);
	});

	it.each([
		[3, 'a', null],
		[null, 'a', null],
		[2, 'a~3', '2 of 3 images were accepted: the server gives no reason'],
	])('a task for %j of 3 images is the job %s', async (totalCount, id, message) => {
		const { session } = serve({ status: 'processing', totalCount });
		const { job } = await session.submit({ prompt: 'A fox', count: 3 }, submitCall());
		expect([job.id, job.error?.message ?? null]).toEqual([id, message]);
	});

	it.each([
		['pending', 'queued'],
		['processing', 'running'],
		['brand new', 'running'],
		['toString', 'running'],
	])('a task that is %s is %s, with its progress', async (word, status) => {
		const { pollOne } = serve({ status: word, totalCount: 3, completedCount: 1, errorMessage: 'slow' });
		expect((await pollOne('a')).job).toEqual({
			provider: 'nanoBananaPro',
			id: 'a',
			status,
			progress: 33,
			total: 3,
			completed: 1,
			error: null,
			idempotencyKey: null,
			createdAt: created,
			updatedAt: updated,
		});
	});

	it.each([
		[{ totalCount: null, completedCount: 1 }, null, 1],
		[{ totalCount: 0, completedCount: 1 }, null, 1],
		[{ totalCount: 2, completedCount: 5 }, 100, 5],
		[{ totalCount: 4, images: [image('i')] }, 25, 1],
	])('a running task with %j is at %j %% with %d images', async (task, progress, completed) => {
		expect((await serve({ status: 'processing', ...task }).pollOne('a')).job).toMatchObject({
			progress,
			completed,
		});
	});

	it('a completed task has its images, at the address of the server', async () => {
		const { pollOne } = serve({
			status: 'completed',
			totalCount: 2,
			images: [
				image('i 1', { filePath: 'out\\2026\\fox.png', mimeType: 'image/png', width: 64, height: 32 }),
				image('i2', { filePath: 'out/' }),
			],
		});
		const { job, images } = await pollOne('a');
		expect(job).toMatchObject({ status: 'succeeded', progress: 100, total: 2, completed: 2, error: null });
		const common = { mimeType: null, width: null, height: null, bytes: null, seed: null };
		expect(images).toEqual([
			{
				...common,
				index: 0,
				url: `${baseUrl}/api/v1/images/i%201`,
				fileName: 'fox.png',
				mimeType: 'image/png',
				width: 64,
				height: 32,
			},
			{ ...common, index: 1, url: `${baseUrl}/api/v1/images/i2`, fileName: 'image_1' },
		]);
	});

	it.each([
		['completed', {}, 'a', 'failed', 'malformedResponse', false],
		['completed', { errorMessage: 'blocked by safety' }, 'a', 'failed', 'contentRejected', false],
		['failed', {}, 'a', 'failed', 'upstream', true],
		['failed', { errorMessage: '余额不足' }, 'a', 'failed', 'quotaExceeded', false],
		['partial', { totalCount: 2, images: [image('i')] }, 'a', 'partial', 'upstream', true],
		['completed', { totalCount: 1, images: [image('i')] }, 'a~3', 'partial', 'upstream', true],
		['failed', { totalCount: 2, images: [image('i')], errorMessage: '超时' }, 'a', 'partial', 'timeout', true],
	])('a task that is %s with %j is as %s %s: %s', async (word, task, id, status, code, retryable) => {
		const { job } = await serve({ status: word, ...task }).pollOne(id);
		expect(job).toMatchObject({ status, progress: null, error: { code, retryable } });
		if (status === 'partial')
			expect(job.error?.message).toMatch(new RegExp(`^1 of ${id === 'a' ? 2 : 3} images arrived: .`));
	});

	it.each([
		[{ totalCount: null, images: [image('i')] }, null],
		[{ totalCount: 1, images: [image('i'), image('j')] }, null],
	])('a failed word over all images (%j) is a success', async (task, error) => {
		expect((await serve({ status: 'failed', ...task }).pollOne('a')).job).toMatchObject({
			status: 'succeeded',
			error,
		});
	});

	it('lists its history page after page, each task once, with what it says of its request', async () => {
		const task = (id: string, more: object = {}) => ({ id, status: 'completed', ...more });
		const pages = [
			Array.from({ length: 50 }, (_, n) => task(`t${n}`, { prompt: 'A fox', model: 'm', totalCount: 2 })),
			[task('t49'), task('t50')],
		];
		const { session, asked } = connect('v1.6', ({ query }) => ({
			body: { code: 0, data: { list: pages[Number(query?.['page']) - 1] } },
		}));
		const listed = [];
		for await (const { snapshot, request } of session.list?.({}) ?? []) listed.push([snapshot.job.id, request]);
		expect(listed).toHaveLength(51);
		expect(listed[0]).toEqual(['t0', { prompt: 'A fox', model: 'm', count: 2 }]);
		expect(listed[50]).toEqual(['t50', {}]);
		expect(asked).toHaveLength(2);
	});

	it('stops listing at a page that has nothing new', async () => {
		const list = Array.from({ length: 50 }, (_, n) => ({ id: `t${n}`, status: 'completed' }));
		const { session, asked } = connect('v1.6', () => ({ body: { code: 0, data: { list } } }));
		const listed = [];
		for await (const row of session.list?.({}) ?? []) listed.push(row);
		expect([listed.length, asked.length]).toEqual([50, 2]);
	});

	describe('the progress of a task', () => {
		const watch = async (id: string, ...messages: unknown[]) => {
			const { transport } = jsonServer(() => ({}));
			const paths: string[] = [];
			const session = nanoBananaProAdapter.connect(
				nanoBananaProAdapter.endpoint({ baseUrl, api: 'v1.6', geminiApiKey: 'AIza' }),
				{
					...transport,
					async *socket(path) {
						paths.push(path);
						for (const message of messages) yield JSON.stringify(message);
					},
				},
			);
			const seen: JobSnapshot[] = [];
			for await (const snapshot of session.watch?.(id, {}) ?? []) seen.push(snapshot);
			return { seen, paths };
		};
		const progress = (completedCount: unknown, more: object = {}) => ({
			type: 'progress',
			taskId: 'a',
			completedCount,
			totalCount: 4,
			...more,
		});

		it('comes as snapshots, each with all images so far', async () => {
			const { seen, paths } = await watch(
				'a',
				progress(1, { latestImage: image('i1') }),
				progress(1, { latestImage: image('i1', { taskId: 'a' }) }),
				progress(2, { latestImage: image('i2', { taskId: 'other' }) }),
				progress(3, { latestImage: image('i3') }),
			);
			expect(seen.map(({ job }) => [job.status, job.progress, job.completed, job.total])).toEqual([
				['running', 25, 1, 4],
				['running', 25, 1, 4],
				['running', 50, 2, 4],
				['running', 75, 3, 4],
			]);
			expect(
				seen.map(({ images }) => images.map(({ index, url }) => `${index} ${url?.split('/').at(-1)}`)),
			).toEqual([['0 i1'], ['0 i1'], ['0 i1'], ['0 i1', '1 i3']]);
			expect(paths).toEqual(['/api/v1/ws/generate/a']);
		});

		it('counts by what was asked for, and is at most 100 %', async () => {
			const { seen } = await watch('a~8', progress(4), progress(9), progress(null));
			expect(seen.map(({ job }) => [job.id, job.progress, job.completed, job.total])).toEqual([
				['a~8', 50, 4, 8],
				['a~8', 100, 9, 8],
				['a~8', null, null, 8],
			]);
			expect((await watch('a', progress(1, { totalCount: null }))).seen[0]?.job).toMatchObject({
				progress: null,
				total: null,
			});
		});

		it('leaves out other tasks, and ends at any other message', async () => {
			const { seen } = await watch(
				'a',
				progress(1, { taskId: 'b' }),
				progress(2),
				{ type: 'complete', taskId: 'a' },
				progress(3),
			);
			expect(seen.map(({ job }) => job.completed)).toEqual([2]);
		});
	});
});
