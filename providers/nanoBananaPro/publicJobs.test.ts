import { ImageError } from '../../model/errors';
import type { Reply } from '../../test/support/jsonServer';
import { baseUrl, connect, created, missing, updated } from '../../test/support/nanoBananaProJobs';
import { submitCall } from '../../test/support/providerCalls';

/** The tasks of the public API as jobs. */

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
