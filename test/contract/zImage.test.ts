import sharp from 'sharp';
import { bytesOf, spoken } from '../support/conformance';
import { contractBench } from '../support/contractBench';
import { never } from '../../jobs/runtime/clock';
import { at } from '../support/virtualClock';

describe.each(['document', 'real'] as const)('Z-Image in dialect %s', (dialect) => {
	const { sandbox, open, lastRequest } = contractBench('zImage', dialect);

	it('sends every parameter of the document and no other', async () => {
		const { submit } = await open();
		await submit({
			prompt: 'A cat',
			negativePrompt: 'dogs',
			seed: 7,
			extras: {
				width: 512,
				height: 640,
				steps: 12,
				guidanceScale: 1.5,
				cfgNormalization: true,
				cfgTruncation: 0.5,
				maxSequenceLength: 256,
			},
		});
		expect(lastRequest()).toMatchObject({
			prompt: 'A cat',
			negative_prompt: 'dogs',
			seed: 7,
			width: 512,
			height: 640,
			num_inference_steps: 12,
			guidance_scale: 1.5,
			cfg_normalization: true,
			cfg_truncation: 0.5,
			max_sequence_length: 256,
		});
		await submit({ prompt: 'A dog', aspectRatio: '16:9', resolution: '2K' });
		expect(lastRequest()).toEqual({
			prompt: 'A dog',
			width: 2048,
			height: 1152,
			num_inference_steps: 9,
			guidance_scale: 0,
			negative_prompt: '',
			metadata: { batch_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, batch_index: 0, batch_size: 1 },
		});
	});

	it('makes one batch of n tasks, each picture with its own seed', async () => {
		const { run } = await open();
		const { job, images } = await run({ prompt: 'A cat', count: 4, seed: 40 });
		expect(job).toMatchObject({ status: 'succeeded', total: 4, completed: 4, progress: 100 });
		expect(images.map(({ seed }) => seed)).toEqual([40, 41, 42, 43]);
		const requests = sandbox()
			.books()
			.jobs.map(
				({ request }) => request['metadata'] as { batch_id: string; batch_index: number; batch_size: number },
			);
		expect(new Set(requests.map(({ batch_id }) => batch_id)).size).toBe(1);
		expect(requests.map(({ batch_index, batch_size }) => [batch_index, batch_size])).toEqual([
			[0, 4],
			[1, 4],
			[2, 4],
			[3, 4],
		]);
	});

	it.each([
		[1, 'original', 'png'],
		[1, 'preview', 'webp'],
		[2, 'original', 'png'],
		[2, 'preview', 'webp'],
	])('of %i pictures the %s is given, its relative URL resolved', async (count, file, format) => {
		const { run } = await open();
		const { images } = await run({ prompt: 'A cat', count, extras: { file, width: 64, height: 64 } });
		expect(images).toHaveLength(count);
		for (const image of images) {
			expect(image.url).toContain(`${sandbox().url}/generated-images/`);
			expect(await sharp(await bytesOf(image)).metadata()).toMatchObject({ format, width: 64 });
		}
	});

	it('a job is found again by its id alone, in another process', async () => {
		const first = await open();
		const { job } = await first.run({ prompt: 'A cat', count: 2 });
		const second = await open();
		const looked = await second.endpoint.pollOnce([job.id ?? '']);
		expect(looked.get(job.id ?? '')).toMatchObject({
			ok: true,
			snapshot: { job: { status: 'succeeded', total: 2, completed: 2 }, images: [{ index: 0 }, { index: 1 }] },
		});
	});

	it('a bare batch or task id, as people copy them, is understood', async () => {
		const { run, endpoint } = await open();
		const { job } = await run({ prompt: 'A cat', count: 2 });
		const [batchId = '', , tasks = ''] = (job.id ?? '').split('~');
		const [taskId = ''] = tasks.split('.');
		const looked = await endpoint.pollOnce([batchId, taskId]);
		expect(looked.get(batchId)).toMatchObject({
			ok: true,
			snapshot: { job: { status: 'succeeded', completed: 2 } },
		});
		expect(looked.get(taskId)).toMatchObject({
			ok: true,
			snapshot: { job: { status: 'succeeded', completed: 1 } },
		});
	});

	it("failures carry the server's code and hint", async () => {
		const { run } = await open();
		expect((await run({ prompt: 'A cat [fail:GPU_OOM]' })).job.error).toMatchObject({
			code: 'overloaded',
			message: expect.stringContaining('GPU_OOM') as string,
			...(dialect === 'document' ? { hint: 'Choose a smaller size' } : {}),
		});
		expect((await run({ prompt: 'A cat [fail:GPU_OOM]', count: 2 })).job).toMatchObject({
			status: 'failed',
			completed: 0,
			error: { code: 'overloaded', hint: 'Choose a smaller size' },
		});
		expect((await run({ prompt: 'A cat [refuse]' })).job.error).toMatchObject({
			code: 'contentRejected',
			retryable: false,
		});
	});

	it('a batch with failures is partial and reports how many arrived', async () => {
		const { run } = await open();
		const { job, images } = await run({ prompt: 'A cat [partial:1]', count: 3 });
		expect(job).toMatchObject({
			status: 'partial',
			total: 3,
			completed: 1,
			error: { message: expect.stringMatching(/^1 of 3 images arrived: .*GPU_OOM/) as string },
		});
		expect(images).toHaveLength(1);
	});

	it('reports every state of a task, with growing progress', async () => {
		const { submit, endpoint } = await open();
		const seen = new Set<string>();
		sandbox().settings({ jobDurationMs: 300 });
		const { job } = await submit({ prompt: 'A cat [retry:1]' });
		const id = job.id ?? '';
		for (let ended = false; !ended; ) {
			const observed = (await endpoint.pollOnce([id])).get(id);
			if (!observed?.ok) throw new Error('not reported');
			const { status, progress } = observed.snapshot.job;
			seen.add(status);
			if (progress !== null) expect(progress).toBeLessThanOrEqual(100);
			ended = status === 'succeeded';
		}
		expect([...seen]).toEqual(expect.arrayContaining(['queued', 'running', 'succeeded']));
	});

	it('cancels running tasks and reports those that have ended', async () => {
		const { submit, run, endpoint } = await open();
		const { job } = await submit({ prompt: 'A cat [queue]', count: 2 });
		expect((await endpoint.cancel(job.id ?? '')).job).toMatchObject({
			status: 'canceled',
			error: { code: 'canceled' },
		});
		expect(
			sandbox()
				.books()
				.jobs.map(({ status }) => status),
		).toEqual(['REVOKED', 'REVOKED']);
		const done = await run({ prompt: 'A cat' });
		await expect(endpoint.cancel(done.job.id ?? '')).rejects.toMatchObject({
			code: 'conflict',
			message: expect.stringContaining('SUCCESS') as string,
		});
	});

	it.each([
		['no key', { authKey: '' }, 401],
		['a key that is on no list', { authKey: 'nobody-at-all' }, dialect === 'real' ? 403 : 401],
	])('%s is an auth error that does not say the key', async (_what, credential, httpStatus) => {
		const { submit } = await open(credential);
		const error: unknown = await submit().catch((thrown: unknown) => thrown);
		expect(error).toMatchObject({ code: 'auth', httpStatus, hint: expect.stringContaining('Auth Key') as string });
		expect(spoken(error)).not.toContain('nobody-at-all');
	});

	it("with auth turned off no key is needed, and the admin's sees everything", async () => {
		const { submit } = await open();
		await submit({ prompt: "Somebody else's" });
		const admin = await open({ authKey: 'admin-key' });
		const rows = [];
		for await (const row of admin.endpoint.session.list?.({}) ?? []) rows.push(row);
		expect(rows).toHaveLength(dialect === 'real' ? rows.length : 1);
		sandbox().settings({ auth: false });
		const { run } = await open({ authKey: '' });
		expect((await run()).job.status).toBe('succeeded');
	});

	it('the answer never carries the key back', async () => {
		const { run } = await open();
		expect(spoken(await run())).not.toContain('client-key-1');
	});

	it('lists batches newest first, page after page, each once', async () => {
		const { submit, endpoint } = await open();
		const prompts = Array.from({ length: 60 }, (_, n) => `Picture ${n}`);
		for (const prompt of prompts)
			await endpoint.jobs.wait((await submit({ prompt })).job.id ?? '', { deadline: never });
		const listed: string[] = [];
		for await (const { request, snapshot } of endpoint.session.list?.({}) ?? []) {
			listed.push(String(request['prompt']));
			expect(snapshot).toMatchObject({
				job: { status: 'succeeded' },
				images: [{ url: expect.stringContaining('/generated-images/') as string }],
			});
		}
		expect(listed).toEqual([...prompts].reverse());
	}, 30_000);

	it('a field out of range fails with its name', async () => {
		const { submit } = await open();
		await expect(submit({ prompt: 'x', extras: { steps: 51 } })).rejects.toMatchObject({
			code: 'invalidRequest',
			message: expect.stringContaining('Steps is 51') as string,
		});
	});
});

describe('Z-Image as its real server differs', () => {
	const { sandbox, open } = contractBench('zImage', 'real');

	it('an unknown id stays pending, and the error says that it may be wrong', async () => {
		const { endpoint } = await open();
		const result = await endpoint.jobs.wait('0123456789abcdef0123456789abcdef', { deadline: at(0) });
		expect(result).toMatchObject({ ended: false });
		const looked = (await endpoint.pollOnce(['0123456789abcdef0123456789abcdef'])).get(
			'0123456789abcdef0123456789abcdef',
		);
		expect(looked).toMatchObject({
			ok: true,
			snapshot: {
				job: { status: 'queued', error: { hint: expect.stringContaining('check the job ID') as string } },
			},
		});
	});

	it('a batch whose tasks all failed is failed, whatever the server reports', async () => {
		const { run } = await open();
		expect((await run({ prompt: 'A cat [fail:X]', count: 3 })).job).toMatchObject({
			status: 'failed',
			completed: 0,
			total: 3,
		});
	});

	it('a batch that no worker has begun is waited for, although the server does not know it yet', async () => {
		const { submit, wait } = await open();
		sandbox().settings({ jobDurationMs: 200 });
		const snapshot = await submit({ prompt: 'A cat', count: 3 });
		expect((await wait(snapshot)).job).toMatchObject({ status: 'succeeded', completed: 3 });
	});

	it('a batch one of whose tasks was canceled ends with the others', async () => {
		const { submit, wait } = await open();
		const snapshot = await submit({ prompt: 'A cat [queue:40]', count: 3 });
		const [, , tasks = ''] = (snapshot.job.id ?? '').split('~');
		const answer = await fetch(`${sandbox().url}/v1/tasks/${tasks.split('.')[1]}/cancel`, {
			method: 'POST',
			headers: { 'x-auth-key': 'client-key-1' },
		});
		expect(answer.status).toBe(200);
		expect((await wait(snapshot)).job).toMatchObject({ status: 'partial', total: 3, completed: 2 });
	});
});
