import sharp from 'sharp';
import { bytesOf } from '../support/conformance';
import { contractBench } from '../support/contractBench';
import { failureOf } from '../support/failureOf';

const pro = 'gemini-3-pro-image-preview';

describe('Google Gemini, batches', () => {
	const { sandbox, open, lastRequest } = contractBench('gemini', 'document');

	const batch = { extras: { batch: true } };

	it.each(['inline', 'file'])('end with their pictures, for half the price: results %s', async (batchResults) => {
		sandbox().settings({ batchResults });
		const { submit, wait } = await open();
		const snapshot = await submit({ ...batch, model: pro, count: 2, seed: 3 }, { key: 'order-7' });
		expect(snapshot.job).toMatchObject({
			id: expect.stringMatching(/^batches\//) as string,
			status: 'queued',
			total: 2,
			idempotencyKey: 'order-7',
		});
		expect(lastRequest()).toMatchObject({
			displayName: 'order-7',
			requests: [{ generationConfig: { seed: 3 } }, { generationConfig: { seed: 4 } }],
		});
		const { job, images, usage } = await wait(snapshot);
		expect(job).toMatchObject({
			status: 'succeeded',
			total: 2,
			completed: 2,
			createdAt: expect.any(String) as string,
		});
		for (const image of images) expect(await sharp(await bytesOf(image)).metadata()).toMatchObject({ width: 1024 });
		expect(usage).toMatchObject({
			model: pro,
			estimatedUsd: Number(((2 * (2 * 2 + 210 * 12 + 1128 * 120)) / 2e6).toFixed(6)),
		});
	});

	it('some of its requests may fail, or all', async () => {
		const { run } = await open();
		expect((await run({ ...batch, prompt: 'A cat [lost]', count: 3 })).job).toMatchObject({
			status: 'partial',
			total: 3,
			completed: 1,
			error: { code: 'overloaded', message: expect.stringMatching(/^1 of 3 images arrived/) as string },
		});
		expect((await run({ ...batch, prompt: 'A cat [block:SAFETY]', count: 2 })).job).toMatchObject({
			status: 'failed',
			completed: 0,
			error: { code: 'contentRejected' },
		});
		expect((await run({ ...batch, prompt: 'A cat [fail:INTERNAL]' })).job).toMatchObject({
			status: 'failed',
			error: { code: 'upstream', message: 'Gemini: The batch failed: INTERNAL' },
		});
		expect((await run({ ...batch, prompt: 'A cat [fail:EXPIRED]' })).job).toMatchObject({
			status: 'failed',
			error: { code: 'timeout', retryable: true },
		});
	});

	it('a batch whose answer was lost is found by its name, another of the same prompt is not', async () => {
		const { submit } = await open();
		await submit(batch, { key: 'first' });
		sandbox().fault({ route: 'batch', kind: 'resetAfterAccept' });
		const found = await submit(batch, { key: 'second' });
		expect(
			sandbox()
				.books()
				.jobs.map(({ id, idempotencyKey }) => [id, idempotencyKey]),
		).toEqual([
			[expect.any(String), 'first'],
			[found.job.id, 'second'],
		]);
	});

	it('can be canceled while it runs; later the error says that it has ended', async () => {
		const { endpoint, submit, run } = await open();
		const { job } = await submit({ ...batch, prompt: 'A cat [queue]' });
		expect((await endpoint.cancel(job.id ?? '')).job.status).toBe('canceled');
		const ended = await run(batch);
		expect(await failureOf(endpoint.cancel(ended.job.id ?? ''))).toMatchObject({ code: 'conflict' });
	});

	it('are listed newest first, page after page', async () => {
		const { endpoint, submit } = await open();
		const made: unknown[] = [];
		for (let n = 0; n < 45; n++) made.push((await submit(batch)).job.id);
		const listed: unknown[] = [];
		for await (const { snapshot } of endpoint.session.list?.({}) ?? []) listed.push(snapshot.job.id);
		expect(listed).toEqual(made.reverse());
	});

	it('an id that is not a batch is notFound without a request', async () => {
		const { endpoint } = await open();
		expect((await endpoint.pollOnce(['../models'])).get('../models')).toMatchObject({
			ok: false,
			error: { code: 'notFound' },
		});
		expect((await endpoint.pollOnce(['batches/none'])).get('batches/none')).toMatchObject({
			ok: false,
			error: { code: 'notFound' },
		});
	});
});
