import { Readable } from 'node:stream';
import sharp from 'sharp';
import type { Reference } from '../../model/request';
import { bytesOf, type Opened, spoken } from '../support/conformance';
import { contractBench } from '../support/contractBench';
import { failureOf } from '../support/failureOf';
import { never } from '../../jobs/runtime/clock';

const file = (fileName: string, mimeType = 'image/png'): Reference => ({
	kind: 'binary',
	fileName,
	mimeType,
	bytes: 3,
	open: () => Promise.resolve(Readable.from([Buffer.from('abc')])),
});

describe('NanoBananaPro, v1.6', () => {
	const { sandbox, open, lastRequest } = contractBench('nanoBananaPro', 'document');

	it('sends every field of the document and no other', async () => {
		const { submit } = await open({ geminiApiBase: 'https://yunwu.ai' });
		await submit({
			prompt: 'A cat',
			count: 5,
			model: 'gemini-2.0-flash-exp',
			aspectRatio: '9:16',
			resolution: '2K',
			seed: 7,
			extras: { temperature: 0.7, topP: 0.9, topK: 30, sdkOptions: { candidateCount: 1 } },
		});
		expect(lastRequest()).toEqual({
			prompt: 'A cat',
			count: 5,
			model: 'gemini-2.0-flash-exp',
			apiBase: 'https://yunwu.ai',
			aspectRatio: '9:16',
			imageSize: '2K',
			options: expect.any(String) as string,
		});
		expect(JSON.parse(String(lastRequest()['options']))).toEqual({
			candidateCount: 1,
			seed: 7,
			temperature: 0.7,
			topP: 0.9,
			topK: 30,
		});
		await submit({ prompt: 'A cat' });
		expect(lastRequest()).toEqual({
			prompt: 'A cat',
			count: 1,
			model: 'gemini-2.5-flash-image',
			apiBase: 'https://yunwu.ai',
		});
	});

	it('sends one to ten references by multipart, in their order, with a length', async () => {
		const { submit } = await open();
		const names = Array.from({ length: 10 }, (_, n) => `${9 - n}.png`);
		await submit({ prompt: 'A cat', count: 2, references: names.map((name) => file(name)) });
		expect(lastRequest()).toMatchObject({ refImages: names, model: 'gemini-3-pro-image-preview', count: 2 });
		expect(await failureOf(submit({ references: [...names, 'x.png'].map((name) => file(name)) }))).toMatchObject({
			code: 'invalidRequest',
			message: expect.stringContaining('at most 10') as string,
		});
		expect(await failureOf(submit({ references: [file('x.gif', 'image/gif')] }))).toMatchObject({
			code: 'invalidRequest',
			message: expect.stringContaining('image/gif; allowed are') as string,
		});
	});

	it('one task is one job of up to a hundred pictures', async () => {
		const { run } = await open();
		const { job, images } = await run({ count: 100 });
		expect(job).toMatchObject({ status: 'succeeded', total: 100, completed: 100 });
		expect(new Set(images.map(({ url }) => url)).size).toBe(100);
		expect(sandbox().books().requests['POST /api/v1/generate/batch']).toBe(1);
	});

	it('gives the pictures by their addresses, in the size they have', async () => {
		const { run } = await open();
		const {
			images: [image],
		} = await run({ aspectRatio: '16:9' });
		if (!image) throw new Error('no picture');
		expect(image).toMatchObject({
			width: 1024,
			height: 576,
			mimeType: 'image/png',
			fileName: expect.stringMatching(/\.png$/) as string,
		});
		expect(await sharp(await bytesOf(image)).metadata()).toMatchObject({ width: 1024, height: 576 });
	});

	it('when part of a batch is accepted, the job runs, ends partial and counts the missing images', async () => {
		const { submit, wait } = await open();
		const snapshot = await submit({ prompt: 'A cat [accept:2]', count: 5 });
		expect(snapshot.job.error).toMatchObject({
			message: expect.stringMatching(/^2 of 5 images were accepted: .*队列已满/) as string,
		});
		const { job, images } = await wait(snapshot);
		expect(job).toMatchObject({
			status: 'partial',
			total: 5,
			completed: 2,
			error: { message: expect.stringContaining('2 of 5') as string },
		});
		expect(images).toHaveLength(2);
	});

	it("also another process knows from the job's id how much was asked for", async () => {
		const { submit } = await open();
		const { job } = await submit({ prompt: 'A cat [accept:2]', count: 5 });
		const other = await open();
		expect(await other.endpoint.jobs.wait(job.id ?? '', { deadline: never })).toMatchObject({
			snapshot: { job: { status: 'partial', total: 5 } },
		});
	});

	it.each([
		['[fail:QUOTA]', 'quotaExceeded'],
		['[fail:RESOURCE_EXHAUSTED]', 'rateLimited'],
		['[refuse]', 'contentRejected'],
		['[partial:1]', 'overloaded'],
	])('pictures that fail with %s say why', async (marker, code) => {
		const { run } = await open();
		expect((await run({ prompt: `A cat ${marker}`, count: 2 })).job.error).toMatchObject({ code });
	});

	it('a wrong Gemini key fails the task, and neither is shown anywhere', async () => {
		const { run } = await open({ geminiApiKey: 'AIza-wrong-one' });
		const snapshot = await run();
		expect(snapshot.job).toMatchObject({ status: 'failed', error: { code: 'auth' } });
		expect(spoken(snapshot)).not.toContain('AIza-wrong-one');
		const { submit } = await open({ geminiApiKey: '' });
		expect(await failureOf(submit())).toMatchObject({
			code: 'invalidRequest',
			message: expect.stringContaining('no Gemini API Key') as string,
		});
	});

	describe('watching', () => {
		const asked = async () =>
			((await (await fetch(`${sandbox().url}/__sandbox/sockets`)).json()) as { asked: number }).asked;

		it.each([
			['open', 'reports each picture at once'],
			['full', 'has no room (1013): it is polled'],
			['drop', 'breaks: it is polled'],
			['quiet', 'goes quiet: it is polled'],
			['refused', 'is rejected: it is polled'],
		])('a socket that is %s %s', async (sockets) => {
			sandbox().settings({ sockets, jobDurationMs: 60 });
			const before = await asked();
			const { run } = await open();
			expect((await run({ count: 3 })).job).toMatchObject({ status: 'succeeded', completed: 3 });
			expect(await asked()).toBeGreaterThan(before);
		});

		it('pictures are known before the job has ended', async () => {
			sandbox().settings({ jobDurationMs: 150 });
			const opened = await open();
			const { job } = await opened.submit({ count: 4 });
			const seen: number[] = [];
			for await (const snapshot of opened.endpoint.session.watch?.(job.id ?? '', {}) ?? [])
				seen.push(snapshot.images.length);
			expect(seen).toEqual([...seen].sort((a, b) => a - b));
			expect(seen.length).toBeGreaterThan(0);
			expect(opened.endpoint.session.watch).toBeDefined();
		});
	});

	it('an unknown task is notFound with a hint to check the ID', async () => {
		const { endpoint } = await open();
		expect((await endpoint.pollOnce(['nothing'])).get('nothing')).toMatchObject({
			ok: false,
			error: { code: 'notFound', hint: expect.stringContaining('Check the ID') as string },
		});
	});

	it('lists tasks newest first, page after page, each once', async () => {
		const { submit, endpoint } = await open();
		const prompts = Array.from({ length: 60 }, (_, n) => `Picture ${n}`);
		for (const prompt of prompts) await submit({ prompt });
		const listed: unknown[] = [];
		for await (const { request } of endpoint.session.list?.({}) ?? []) listed.push(request['prompt']);
		expect(listed).toEqual([...prompts].reverse());
	});
});

describe('NanoBananaPro, the tasks API of the public server', () => {
	const { sandbox, open, lastRequest } = contractBench('nanoBananaPro', 'real');

	it('sends only the fields that the server reads, and always a ratio, without which it crashes', async () => {
		const { submit } = await open();
		await submit({ prompt: 'A cat', model: 'm-1', aspectRatio: '16:9', resolution: '2K' });
		expect(lastRequest()).toEqual({
			provider: 'gemini',
			model_id: 'm-1',
			params: { prompt: 'A cat', aspect_ratio: '16:9', resolution_level: '2K', count: 1, model_id: 'm-1' },
		});
		expect((await submit({ prompt: 'A cat' })).job.status).toBe('queued');
		expect(lastRequest()).toMatchObject({ params: { aspect_ratio: '1:1' } });
	});

	it('n pictures are n tasks and one job', async () => {
		const { run } = await open();
		const { job, images } = await run({ count: 4 });
		expect(job).toMatchObject({ status: 'succeeded', total: 4, completed: 4 });
		expect(sandbox().books().jobs).toHaveLength(4);
		const [image] = images;
		expect(image?.url).toMatch(/^http.*\/storage\/local\/.*\.jpg$/);
		if (image) expect(await sharp(await bytesOf(image)).metadata()).toMatchObject({ format: 'png' });
	});

	it('sends references by multipart', async () => {
		const { run } = await open();
		expect((await run({ references: [file('b.png'), file('a.jpg', 'image/jpeg')] })).job.status).toBe('succeeded');
		expect(lastRequest()).toMatchObject({ refImages: ['b.png', 'a.jpg'], count: 1 });
		expect(lastRequest()).not.toHaveProperty('aspectRatio');
	});

	it('of several tasks some may fail: the job is partial', async () => {
		const { run } = await open();
		expect((await run({ prompt: 'A cat [partial:1]', count: 3 })).job).toMatchObject({
			status: 'partial',
			total: 3,
			completed: 1,
			error: { code: 'overloaded' },
		});
	});

	it('tasks that were made before the server broke off are not lost', async () => {
		const { submit, wait } = await open();
		sandbox().fault({ route: 'generate', kind: 'slow', delayMs: 0, times: 2 });
		sandbox().fault({ route: 'generate', kind: '503', times: 30 });
		const snapshot = await submit({ count: 4 });
		expect(snapshot.job.error).toMatchObject({
			message: expect.stringContaining('2 of 4 images were accepted') as string,
		});
		expect((await wait(snapshot)).job).toMatchObject({ status: 'partial', total: 4, completed: 2 });
	});
});

describe('the wrong choice of API', () => {
	const v16 = contractBench('nanoBananaPro', 'document');
	const submitOf = async (opened: Opened) => await failureOf(opened.submit());

	it.each(['document', 'real'] as const)('has that error from a server of dialect %s', async (dialect) => {
		v16.sandbox().settings({ dialect });
		expect(await submitOf(await v16.open({ api: dialect === 'document' ? 'tasks' : 'v1.6' }))).toMatchObject({
			code: 'invalidRequest',
			message: expect.stringContaining('does not offer that call') as string,
			hint: expect.stringContaining('Choose the other API') as string,
		});
	});
});
