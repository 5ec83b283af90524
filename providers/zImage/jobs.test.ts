import type { JobSnapshot } from '../../model/job';
import { jsonServer, type Reply } from '../../test/support/jsonServer';
import { submitCall } from '../../test/support/providerCalls';
import { zImageAdapter } from './adapter';

/** The server's tasks, batches and history rows as jobs. */

const baseUrl = 'https://z.example';
const batch = '11111111-2222-3333-4444-555555555555';
const other = '99999999-2222-3333-4444-555555555555';
const created = '2026-01-28T09:36:16.000Z';
const missing: Reply = { status: 404, body: { detail: 'Batch not found' } };

interface Server {
	tasks?: Record<string, object>;
	batches?: Record<string, object>;
	rows?: object[];
	/** Answers to cancels, by task. */
	cancels?: Record<string, object>;
}

function serve({ tasks = {}, batches = {}, rows = [], cancels = {} }: Server) {
	const server = jsonServer(({ path, query }): Reply => {
		const [, , kind, id = '', verb] = path.split('/').map(decodeURIComponent);
		if (verb === 'cancel') return cancels[id] ? { body: { task_id: id, ...cancels[id] } } : missing;
		if (kind === 'tasks') return { body: { task_id: id, status: 'PENDING', ...tasks[id] } };
		if (id !== '') return batches[id] ? { body: batches[id] } : missing;
		const { offset, limit } = query as { offset: number; limit: number };
		return { body: rows.slice(offset, offset + limit) };
	});
	const session = zImageAdapter.connect(zImageAdapter.endpoint({ baseUrl }), server.transport);
	const poll = async (...ids: string[]) => {
		const observations = await session.poll?.(ids, {});
		return ids.map((id) => {
			const observation = observations?.get(id);
			if (!observation?.ok) throw observation?.error ?? new Error(`${id} was not polled`);
			return observation.snapshot;
		});
	};
	const pollOne = async (id: string) => (await poll(id))[0] as JobSnapshot;
	return { ...server, session, poll, pollOne };
}

const image = (url: string, more: object = {}) => ({
	index: 0,
	url,
	fileName: url.split('/').at(-1),
	mimeType: null,
	width: null,
	height: null,
	bytes: null,
	seed: null,
	...more,
});

describe('a submit', () => {
	it.each([
		['nothing but a prompt', {}, {}],
		['a negative prompt', { negativePrompt: 'dogs' }, { negative_prompt: 'dogs' }],
		['a seed of 0', { seed: 0 }, { seed: 0 }],
		['a ratio', { aspectRatio: '16:9' }, { width: 1024, height: 576 }],
		['a resolution', { resolution: '512' }, { width: 512, height: 512 }],
		['both', { aspectRatio: '2:3', resolution: '2K' }, { width: 1360, height: 2048 }],
		['a width', { extras: { width: 640 } }, { width: 640 }],
		['a height', { extras: { height: 640 }, aspectRatio: '16:9' }, { height: 640 }],
		['steps', { extras: { steps: 9 } }, { num_inference_steps: 9 }],
		['a guidance of 0', { extras: { guidanceScale: 0 } }, { guidance_scale: 0 }],
		['normalization', { extras: { cfgNormalization: true } }, { cfg_normalization: true }],
		['no normalization', { extras: { cfgNormalization: false } }, { cfg_normalization: false }],
		['a truncation', { extras: { cfgTruncation: 0.5 } }, { cfg_truncation: 0.5 }],
		['a length', { extras: { maxSequenceLength: 256 } }, { max_sequence_length: 256 }],
		['what is no number', { extras: { steps: '9', cfgNormalization: 'yes' } }, {}],
	])('with %s sends that and nothing else', async (_what, patch, body) => {
		const { session, asked } = serve({});
		await session.submit({ prompt: 'A fox', count: 1, ...patch }, submitCall()).catch(() => undefined);
		expect(asked[0]?.json).toEqual({
			prompt: 'A fox',
			width: 1024,
			height: 1024,
			metadata: { batch_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, batch_index: 0, batch_size: 1 },
			...body,
		});
	});
});

describe('a task', () => {
	const id = `${batch}~1~t0`;
	const result = { width: 1024, height: 512, seed: 7, created_at: created, relative_path: '2026/01/a b%.png' };

	it.each([
		['PENDING', 'queued'],
		['STARTED', 'running'],
		['PROGRESS', 'running'],
		['RETRY', 'retrying'],
		['SOMETHING_NEW', 'running'],
		['constructor', 'running'],
		['', 'running'],
	])('in state %j is %s', async (word, status) => {
		const { pollOne } = serve({ tasks: { t0: { status: word, progress: 40 } } });
		expect(await pollOne(id)).toMatchObject({
			job: { id, status, progress: 40, total: 1, completed: 0, idempotencyKey: null },
			images: [],
		});
	});

	it('that waits has a hint that unknown tasks look the same', async () => {
		const { pollOne } = serve({});
		expect((await pollOne(id)).job.error).toMatchObject({
			code: 'notFound',
			retryable: true,
			message: expect.stringContaining('IDs that it does not know') as string,
			hint: expect.stringContaining('job ID') as string,
		});
	});

	it('that has succeeded has its image, size, seed and time', async () => {
		const { pollOne } = serve({ tasks: { t0: { status: 'SUCCESS', result, image_url: '/previews/a.webp' } } });
		const snapshot = await pollOne(id);
		expect(snapshot.job).toEqual({
			provider: 'zImage',
			id,
			status: 'succeeded',
			progress: 100,
			total: 1,
			completed: 1,
			error: null,
			idempotencyKey: null,
			createdAt: created,
			updatedAt: null,
		});
		expect(snapshot.images).toEqual([
			image(`${baseUrl}/generated-images/2026/01/a%20b%25.png`, {
				fileName: 'image_0',
				width: 1024,
				height: 512,
				seed: 7,
			}),
		]);
	});

	it.each([
		[id, { result, image_url: '/p/a.webp' }, '/generated-images/2026/01/a%20b%25.png'],
		[`${id}~preview`, { result, image_url: '/p/a.webp' }, '/p/a.webp'],
		[`${id}~preview`, { result }, '/generated-images/2026/01/a%20b%25.png'],
		[`${id}~preview`, { result: { ...result, preview_relative_path: 'p\\a.webp' } }, '/generated-images/p/a.webp'],
		[id, { image_url: 'p/a.webp' }, '/p/a.webp'],
		[id, { image_url: '//p/50%.webp' }, '/p/50%25.webp'],
		[id, { image_url: '/p/50%20off.webp' }, '/p/50%20off.webp'],
	])('%s with %j has its image at %s', async (job, task, path) => {
		const { pollOne } = serve({ tasks: { t0: { status: 'SUCCESS', ...task } } });
		expect((await pollOne(job)).images.map(({ url }) => url)).toEqual([baseUrl + path]);
	});

	it('with an address on another server keeps it', async () => {
		const url = 'HTTPS://cdn.example/a.png';
		const { pollOne } = serve({ tasks: { t0: { status: 'SUCCESS', image_url: url } } });
		expect((await pollOne(id)).images).toMatchObject([{ url }]);
	});

	it.each([
		['SUCCESS', {}, 'failed', 'malformedResponse', false],
		['FAILURE', { error: 'CUDA out of memory' }, 'failed', 'overloaded', true],
		['FAILURE', { error: null, error_code: 'TIMED_OUT' }, 'failed', 'timeout', true],
		['FAILURE', {}, 'failed', 'upstream', true],
		['REVOKED', {}, 'canceled', 'canceled', false],
	])('in state %s with %j is %s: %s', async (word, more, status, code, retryable) => {
		const { pollOne } = serve({ tasks: { t0: { status: word, ...more } } });
		expect(await pollOne(id)).toMatchObject({
			job: { status, progress: null, completed: 0, error: { code, retryable } },
			images: [],
		});
	});
});

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

describe('a cancel', () => {
	const id = `${batch}~2~t0.t1`;
	const stopped = { status: 'cancelled' };
	const tooLate = { status: 'SUCCESS', message: 'already done' };

	it.each(['cancelled', 'canceled', 'REVOKED', 'cancelling'])(
		'answered "%s" stops every task of the job',
		async (word) => {
			const { session, paths } = serve({ cancels: { t0: { status: word }, t1: { status: word } } });
			expect(await session.cancel?.(id, {})).toMatchObject({
				job: {
					provider: 'zImage',
					id,
					status: 'canceled',
					progress: null,
					total: 2,
					completed: null,
					error: { code: 'canceled', message: 'The job was canceled; 0 images had arrived' },
				},
				images: [],
			});
			expect(paths()).toEqual(['POST /v1/tasks/t0/cancel', 'POST /v1/tasks/t1/cancel']);
		},
	);

	it('keeps the images that were done before', async () => {
		const { session } = serve({
			cancels: { t0: tooLate, t1: stopped },
			batches: {
				[batch]: {
					batch: { batch_size: 2, relative_path: 'x.png' },
					items: [
						{ index: 0, status: 'success', task_id: 't0', image_url: '/p/0.png' },
						{ index: 1, status: 'cancelled', task_id: 't1' },
					],
				},
			},
		});
		expect(await session.cancel?.(id, {})).toMatchObject({
			job: { status: 'canceled', completed: 1, error: { message: 'The job was canceled; 1 images had arrived' } },
			images: [{ url: `${baseUrl}/p/0.png` }],
		});
	});

	it('is a conflict with the state of the job if no task can be stopped', async () => {
		const { session } = serve({ cancels: { t0: tooLate, t1: tooLate } });
		await expect(session.cancel?.(id, {})).rejects.toMatchObject({
			code: 'conflict',
			message: 'No task of the job can be canceled any more: the first is SUCCESS (already done)',
		});
		const silent = serve({ cancels: { t0: { status: 'SUCCESS' }, t1: { status: 'SUCCESS' } } });
		await expect(silent.session.cancel?.(id, {})).rejects.toMatchObject({
			message: 'No task of the job can be canceled any more: the first is SUCCESS',
		});
	});

	it('of a batch asks for its tasks; of anything else it is the task', async () => {
		const items = [
			{ index: 0, status: 'running', task_id: 't0' },
			{ index: 1, status: 'pending', task_id: null },
		];
		const known = serve({ cancels: { t0: stopped }, batches: { [batch]: { batch: {}, items } } });
		expect((await known.session.cancel?.(batch, {}))?.job).toMatchObject({ status: 'canceled', total: null });
		expect(known.paths()).toEqual([`GET /v1/history/${batch}`, 'POST /v1/tasks/t0/cancel']);
		const bare = serve({ cancels: { bare: stopped } });
		await bare.session.cancel?.('bare', {});
		expect(bare.paths()).toEqual(['POST /v1/tasks/bare/cancel']);
	});
});
