import { submitCall } from '../../test/support/providerCalls';
import { baseUrl, batch, created, image, serve } from '../../test/support/zImageJobs';

/** The server's tasks as jobs. */

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
