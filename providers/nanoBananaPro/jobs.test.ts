import { ImageError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import { jsonServer, type Reply } from '../../test/support/jsonServer';
import { submitCall } from '../../test/support/providerCalls';
import { nanoBananaProAdapter } from './adapter';

/** The server's tasks as jobs, in both of its APIs. */

const baseUrl = 'https://n.example';
const [created, updated] = ['2026-01-28T09:36:16.000Z', '2026-01-28T09:36:25.000Z'];
const missing: Reply = { status: 404, body: { code: 404, message: 'no such task', data: null } };

function connect(api: 'v1.6' | 'tasks', reply: Parameters<typeof jsonServer>[0], more: object = {}) {
	const server = jsonServer(reply);
	const config = nanoBananaProAdapter.endpoint({ baseUrl, api, geminiApiKey: 'AIza', ...more });
	const session = nanoBananaProAdapter.connect(config, server.transport);
	const poll = async (...ids: string[]) => {
		const observations = await session.poll?.(ids, {});
		return ids.map((id) => observations?.get(id));
	};
	const pollOne = async (id: string): Promise<JobSnapshot> => {
		const [observation] = await poll(id);
		if (!observation?.ok) throw observation?.error ?? new Error('not polled');
		return observation.snapshot;
	};
	return { ...server, session, poll, pollOne };
}

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

describe('tasks', () => {
	type Tasks = Record<string, object | ImageError>;
	const serve = (tasks: Tasks, list: object[] = []) =>
		connect('tasks', ({ path }): Reply => {
			const id = path.split('/')[4];
			if (path.startsWith('/api/v1/images')) return { body: { code: 200, data: { list } } };
			const task = id === undefined ? undefined : tasks[decodeURIComponent(id)];
			if (task instanceof ImageError) return task;
			return task ? { body: { code: 200, data: { task_id: id, ...task } } } : missing;
		});
	const done = (more: object = {}) => ({ status: 'completed', image_url: 'https://cdn.example/fox.png', ...more });

	it('send references as a form, and a ratio only if it was chosen', async () => {
		const { session, asked } = connect('tasks', () => ({ body: { code: 200, data: { task_id: 't' } } }), {
			taskProvider: 'openai',
		});
		const reference = {
			kind: 'binary',
			fileName: 'a.png',
			mimeType: 'image/png',
			bytes: 3,
			open: () => Promise.reject(new Error('not read')),
		} as const;
		await session.submit({ prompt: 'A fox', count: 1, resolution: '2K', aspectRatio: '16:9' }, submitCall());
		await session.submit({ prompt: 'A fox', count: 1, references: [reference] }, submitCall());
		expect(asked[0]?.json).toEqual({
			provider: 'openai',
			params: { prompt: 'A fox', aspect_ratio: '16:9', resolution_level: '2K', count: 1 },
		});
		expect(asked[1]?.form?.map((part) => ('value' in part ? [part.name, part.value] : part.name))).toEqual([
			['provider', 'openai'],
			['prompt', 'A fox'],
			['count', '1'],
			'refImages',
		]);
	});

	it('of one job are its images, in order', async () => {
		const { pollOne } = serve({}, [
			{ task_id: 'b', ...done({ local_path: 'x', completed_at: updated }) },
			{
				task_id: 'a',
				...done({ image_url: '', local_path: '.\\out\\fox 1.png', width: 64, height: 32, created_at: created }),
			},
		]);
		const { job, images } = await pollOne('a,b');
		expect(job).toEqual({
			provider: 'nanoBananaPro',
			id: 'a,b',
			status: 'succeeded',
			progress: 100,
			total: 2,
			completed: 2,
			error: null,
			idempotencyKey: null,
			createdAt: created,
			updatedAt: updated,
		});
		const common = { mimeType: null, width: null, height: null, bytes: null, seed: null };
		expect(images).toEqual([
			{ ...common, index: 0, url: `${baseUrl}/out/fox 1.png`, fileName: 'image_0', width: 64, height: 32 },
			{ ...common, index: 1, url: 'https://cdn.example/fox.png', fileName: 'fox.png' },
		]);
	});

	it.each([
		[['pending', 'pending'], 'queued', 0, 0],
		[['pending', 'processing'], 'running', 0, 0],
		[['completed', 'processing'], 'running', 50, 1],
		[['completed', 'brand new'], 'running', 50, 1],
		[['failed', 'pending'], 'running', 0, 0],
	])('that are %j are a job that is %s, at %d %%', async ([a, b], status, progress, completed) => {
		const { pollOne } = serve({ a: done({ status: a }), b: done({ status: b }) });
		expect((await pollOne('a,b')).job).toMatchObject({ status, progress, total: 2, completed, error: null });
	});

	it.each([
		['a,b', { a: done(), b: { status: 'failed', error_message: '敏感' } }, 'partial', 2, 'contentRejected'],
		['a,b', { a: { status: 'failed' }, b: { status: 'failed', error_message: '429' } }, 'failed', 2, 'rateLimited'],
		['a,b~3', { a: done(), b: done() }, 'partial', 3, 'upstream'],
		['a,b', { a: done(), b: { status: 'completed' } }, 'partial', 2, 'upstream'],
		['a', { a: { status: 'completed' } }, 'failed', 1, 'upstream'],
		['a', { a: { status: 'partial' } }, 'failed', 1, 'upstream'],
		// A task that was deleted counts as missing.
		['a,b~2', { a: done() }, 'partial', 2, 'upstream'],
	])('as %s with %j have ended as %s', async (id, tasks, status, total, code) => {
		const { pollOne } = serve(tasks);
		const { job } = await pollOne(id);
		expect(job).toMatchObject({ status, total, progress: null, error: { code } });
		if (status === 'partial') expect(job.error?.message).toMatch(new RegExp(`^[12] of ${total} images arrived: .`));
	});

	it('that are all gone are an error of that job alone', async () => {
		const { poll } = serve({ a: done() });
		const [known, gone, empty] = await poll('a', 'b,c', '~');
		expect(known).toMatchObject({ ok: true });
		expect(gone).toMatchObject({ ok: false, error: { code: 'notFound' } });
		expect(empty).toMatchObject({ ok: false, error: { code: 'notFound' } });
	});

	it('are read from the list as far as that spares requests, then one by one', async () => {
		const { poll, paths } = serve({ c: done() }, [
			{ task_id: 'a', ...done() },
			{ task_id: 'b', ...done() },
		]);
		await poll('a', 'b');
		expect(paths()).toEqual(['GET /api/v1/images']);
		await poll('a', 'c');
		expect(paths().slice(1)).toEqual(['GET /api/v1/images', 'GET /api/v1/tasks/c']);
		await poll('c');
		expect(paths().slice(3)).toEqual(['GET /api/v1/tasks/c']);
	});

	it.each(['network', 'auth', 'overloaded'] as const)(
		'an endpoint that fails with %s fails the poll',
		async (code) => {
			const { poll } = serve({ a: new ImageError(code, { message: code }) });
			await expect(poll('a')).rejects.toMatchObject({ code });
		},
	);

	it('are listed page after page, each once, with what they say of their request', async () => {
		const pages = [
			Array.from({ length: 100 }, (_, n) => ({ task_id: `t${n}`, ...done({ prompt: 'A fox', model_id: 'm' }) })),
			[
				{ task_id: 't99', ...done() },
				{ task_id: 't100', ...done() },
			],
		];
		const { session, asked } = connect('tasks', ({ query }) => ({
			body: { code: 200, data: { list: pages[Number(query?.['page']) - 1] } },
		}));
		const listed = [];
		for await (const { snapshot, request } of session.list?.({}) ?? [])
			listed.push([snapshot.job.id, snapshot.job.status, request]);
		expect(listed).toHaveLength(101);
		expect(listed[0]).toEqual(['t0', 'succeeded', { prompt: 'A fox', model: 'm', count: 1 }]);
		expect(listed[100]).toEqual(['t100', 'succeeded', { count: 1 }]);
		expect(asked.map(({ query }) => query)).toEqual([
			{ page: 1, page_size: 100 },
			{ page: 2, page_size: 100 },
		]);
	});
});
