import { baseUrl, batch, created, image, other, serve } from '../../test/support/zImageJobs';

/** The server's batches and history rows as jobs. */

describe('a batch', () => {
	const id = `${batch}~2~t0.t1`;
	const item = (index: number, status: string, more: object = {}) => ({
		index,
		status,
		task_id: `t${index}`,
		...(status === 'success' ? { image_url: `/p/${index}.webp` } : {}),
		...more,
	});
	const batched = (items: object[], about: object = {}) => ({
		[batch]: { batch: { batch_size: 2, created_at: created, ...about }, items },
	});

	it('that has succeeded has its images in order, under the ending of the originals', async () => {
		const { pollOne } = serve({
			batches: batched([item(1, 'success', { seed: 8, width: 64, height: 32 }), item(0, 'success')], {
				relative_path: 'x/0.png',
			}),
		});
		const { job, images } = await pollOne(id);
		expect(job).toMatchObject({
			status: 'succeeded',
			progress: 100,
			total: 2,
			completed: 2,
			error: null,
			createdAt: created,
		});
		expect(images).toEqual([
			image(`${baseUrl}/p/0.png`),
			image(`${baseUrl}/p/1.png`, { index: 1, seed: 8, width: 64, height: 32 }),
		]);
	});

	it.each([
		['is read from a task of it', { t0: { result: { relative_path: 'x/0.JPG' } } }, '/p/0.JPG'],
		['stays that of the preview where no task says it', {}, '/p/0.webp'],
		[
			'stays that of the preview where the task has none',
			{ t0: { result: { relative_path: 'x/0' } } },
			'/p/0.webp',
		],
	])('the ending of its originals %s', async (_what, tasks, path) => {
		const { pollOne } = serve({ tasks, batches: batched([item(0, 'success'), item(1, 'success')]) });
		expect((await pollOne(id)).images[0]?.url).toBe(baseUrl + path);
	});

	it('of previews has the previews, and reads no task', async () => {
		const { pollOne, paths } = serve({
			batches: batched([item(0, 'success'), item(1, 'success')], { relative_path: 'x/0.png' }),
		});
		expect((await pollOne(`${id}~preview`)).images.map(({ url }) => url)).toEqual([
			`${baseUrl}/p/0.webp`,
			`${baseUrl}/p/1.webp`,
		]);
		expect(paths()).toEqual([`GET /v1/history/${batch}`]);
	});

	it.each([
		[['pending', 'pending'], 'queued', 0, 0],
		[['running', 'pending'], 'running', 0, 0],
		[['success', 'running'], 'running', 50, 1],
		[['success', 'pending'], 'running', 50, 1],
		[['error', 'running'], 'running', 50, 0],
		[['brand new', 'success'], 'running', 50, 1],
	])('with %j is %s at %d %%', async ([first = '', second = ''], status, progress, completed) => {
		const { pollOne } = serve({ batches: batched([item(0, first), item(1, second)]) });
		expect((await pollOne(id)).job).toMatchObject({ status, progress, total: 2, completed });
	});

	it.each([
		[['success', 'error'], 'partial', 1, 'upstream'],
		[['success', 'cancelled'], 'partial', 1, 'canceled'],
		[['cancelled', 'cancelled'], 'canceled', 0, 'canceled'],
		[['cancelled', 'error'], 'failed', 0, 'upstream'],
		[['error', 'error'], 'failed', 0, 'upstream'],
	])('with %j has ended as %s', async ([first = '', second = ''], status, completed, code) => {
		const { pollOne } = serve({ batches: batched([item(0, first), item(1, second)]) });
		const { job } = await pollOne(id);
		expect(job).toMatchObject({ status, progress: null, total: 2, completed, error: { code } });
		if (status === 'partial') expect(job.error?.message).toMatch(/^1 of 2 images arrived: ./);
	});

	it('with a success without an image counts it as missing', async () => {
		const { pollOne } = serve({
			batches: batched([item(0, 'success'), item(1, 'success', { image_url: null })]),
		});
		expect((await pollOne(id)).job).toMatchObject({
			status: 'partial',
			completed: 1,
			error: { code: 'malformedResponse', retryable: false },
		});
	});

	it('that no worker has begun waits', async () => {
		const { pollOne } = serve({});
		expect((await pollOne(id)).job).toMatchObject({ status: 'queued', total: 2, error: { code: 'notFound' } });
	});

	it('asks for the tasks that it does not name, unless an earlier one still runs', async () => {
		const done = serve({
			batches: batched([item(0, 'success')]),
			tasks: { t1: { status: 'SUCCESS', result: { relative_path: '1.png' } } },
		});
		expect((await done.pollOne(id)).job).toMatchObject({ status: 'succeeded', completed: 2 });
		const runs = serve({ batches: batched([item(0, 'running')]) });
		expect((await runs.pollOne(id)).job).toMatchObject({ status: 'running', progress: 0 });
		expect(runs.paths()).toEqual([`GET /v1/history/${batch}`]);
	});

	it('without tasks in its id counts those that have not begun', async () => {
		const { pollOne } = serve({ batches: batched([item(0, 'success')]) });
		expect((await pollOne(batch)).job).toMatchObject({ status: 'running', progress: 50, total: 2, completed: 1 });
		const whole = serve({ batches: batched([item(0, 'success'), item(1, 'success')]) });
		expect((await whole.pollOne(batch)).job).toMatchObject({ status: 'succeeded', total: 2 });
	});

	it('that is a task in truth is read as the task', async () => {
		const { pollOne } = serve({ tasks: { [batch]: { status: 'SUCCESS', result: { relative_path: 'a.png' } } } });
		expect(await pollOne(batch)).toMatchObject({
			job: { status: 'succeeded', total: 1 },
			images: [{ url: `${baseUrl}/generated-images/a.png` }],
		});
	});
});

describe('several jobs', () => {
	const [one, two] = [`${batch}~1~a`, `${other}~1~b`];
	const row = (task_id: string, more: object = {}) => ({
		task_id,
		status: 'SUCCESS',
		created_at: created,
		batch_size: 1,
		success_count: 1,
		failed_count: 0,
		relative_path: `${task_id}.png`,
		image_url: `/p/${task_id}.webp`,
		...more,
	});

	it('that are done in the history cost one request', async () => {
		const { poll, paths } = serve({ rows: [row(batch, { seed: 7, width: 64 }), row(other)] });
		const [first, second] = await poll(one, `${two}~preview`);
		expect(first).toMatchObject({
			job: { id: one, status: 'succeeded', progress: 100, total: 1, completed: 1, createdAt: created },
			images: [{ url: `${baseUrl}/generated-images/${batch}.png`, seed: 7, width: 64 }],
		});
		expect(second?.images).toMatchObject([{ url: `${baseUrl}/p/${other}.webp` }]);
		expect(paths()).toEqual(['GET /v1/history']);
	});

	it('that wait in the history cost no further request, and look like jobs that run', async () => {
		const waits = { status: 'PENDING', success_count: 0, image_url: null, relative_path: null };
		const { poll, paths } = serve({ rows: [row(batch, waits), row(other, { ...waits, batch_size: 4 })] });
		const [first, second] = await poll(`${batch}~2~a.b`, other);
		expect(first?.job).toMatchObject({ status: 'running', progress: 0, total: 2, completed: 0, error: null });
		expect(second?.job).toMatchObject({ status: 'running', total: 4 });
		expect(paths()).toEqual(['GET /v1/history']);
	});

	it.each([
		['has several images', { batch_size: 2, success_count: 2 }],
		['has failed', { success_count: 0, failed_count: 1 }],
		['has an image already and runs', { status: 'PENDING', batch_size: 2 }],
		['has failed in part and runs', { status: 'PENDING', batch_size: 2, success_count: 0, failed_count: 1 }],
		['has no file', { relative_path: null }],
	])('of which one %s ask for it', async (_what, more) => {
		const { poll, paths } = serve({ rows: [row(batch, more), row(other)] });
		await poll(one, two);
		expect(paths()).toEqual(['GET /v1/history', 'GET /v1/tasks/a']);
	});

	it('alone is asked for by itself, without the history', async () => {
		const { poll, paths } = serve({ rows: [row(batch)] });
		await poll(one);
		expect(paths()).toEqual(['GET /v1/tasks/a']);
	});

	it('are listed with what they say of their requests', async () => {
		const { session } = serve({
			rows: [
				row(batch, { prompt: 'A fox', width: 64, height: 32, base_seed: 5 }),
				row('running', { status: 'PENDING', batch_size: 4, success_count: 1, prompt: 7 }),
				row('part', { batch_size: 4, success_count: 3, failed_count: 1 }),
				row('none', { batch_size: 2, success_count: 0, failed_count: 2 }),
				row('all', { batch_size: 2, success_count: 2 }),
				row('odd', { batch_size: null, success_count: 1 }),
			],
		});
		const listed = [];
		for await (const { snapshot, request } of session.list?.({}) ?? []) listed.push({ job: snapshot.job, request });
		expect(listed).toMatchObject([
			{
				job: { id: batch, status: 'succeeded', completed: 1 },
				request: { prompt: 'A fox', width: 64, height: 32, count: 1, seed: 5 },
			},
			{
				job: { id: 'running', status: 'running', progress: 25, completed: 1, error: null },
				request: { count: 4 },
			},
			{ job: { id: 'part', status: 'partial', completed: 3, error: { message: '3 of 4 images arrived' } } },
			{ job: { id: 'none', status: 'failed', completed: 0, error: { code: 'upstream' } } },
			{ job: { id: 'all', status: 'succeeded', progress: 100, total: 2, error: null } },
			{ job: { id: 'odd', status: 'partial', error: { message: '1 images of an unknown total arrived' } } },
		]);
		expect(listed[1]?.request).toEqual({ count: 4 });
	});
});
