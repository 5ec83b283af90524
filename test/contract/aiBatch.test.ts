import sharp from 'sharp';
import { bytesOf, spoken } from '../support/conformance';
import { contractBench } from '../support/contractBench';
import { failureOf } from '../support/failureOf';

describe.each(['document', 'real'] as const)('AI Batch in dialect %s', (dialect) => {
	const { sandbox, open, lastRequest } = contractBench('aiBatch', dialect);

	it('sends every field of the document and no other', async () => {
		const { submit } = await open();
		await submit({
			prompt: 'A cat',
			count: 2,
			negativePrompt: 'blurry',
			model: 'imagen-2',
			extras: { imageSize: '640x480' },
		});
		expect(lastRequest()).toEqual({
			prompt: 'A cat',
			negative_prompt: 'blurry',
			image_size: '640x480',
			image_count: 2,
			api_provider: 'gemini',
			model: 'imagen-2',
		});
		await submit({ prompt: 'A cat', aspectRatio: '16:9' });
		expect(lastRequest()).toEqual({
			prompt: 'A cat',
			image_size: '1792x1024',
			image_count: 1,
			api_provider: 'gemini',
		});
	});

	it.each(['gemini', 'openai', 'stability', 'huggingface', 'replicate'])('the upstream %s', async (upstream) => {
		const { submit } = await open({ upstream });
		const missing = dialect === 'real' && (upstream === 'huggingface' || upstream === 'replicate');
		if (missing)
			expect(await failureOf(submit())).toMatchObject({
				code: 'invalidRequest',
				message: expect.stringContaining(`Unsupported API provider: ${upstream}`) as string,
			});
		else expect((await submit()).job.status).toBe('succeeded');
	});

	it('gives images of the requested size, inside the answer or behind a relative URL', async () => {
		const { submit } = await open();
		const { job, images } = await submit({ count: 3, extras: { imageSize: '320x240' } });
		expect(job).toMatchObject({
			status: 'succeeded',
			total: 3,
			completed: 3,
			id: dialect === 'real' ? (expect.any(String) as string) : null,
		});
		for (const image of images) {
			expect(image.url).toContain(`${sandbox().url}/generated_images/`);
			expect(await sharp(await bytesOf(image)).metadata()).toMatchObject({ width: 320, height: 240 });
		}
		expect(images.every(({ inline }) => Buffer.isBuffer(inline))).toBe(dialect === 'real');
	});

	it('fewer pictures than requested are partial; without any picture the job fails', async () => {
		const { submit } = await open();
		expect((await submit({ prompt: 'A cat [partial:2]', count: 4 })).job).toMatchObject({
			status: 'partial',
			total: 4,
			completed: 2,
			error: { message: '2 of 4 images arrived' },
		});
		expect(await failureOf(submit({ prompt: 'A cat [partial:0]' }))).toMatchObject({
			code: 'malformedResponse',
			retryable: false,
		});
	});

	it.each([
		['[refuse]', { code: 'contentRejected', retryable: false }],
		['[fail:MODEL_DOWN]', { code: 'upstream', retryable: false }],
		['[fail:SOFT]', { code: 'upstream' }],
	])('a failure %s is reported, and never sent again on its own', async (marker, expected) => {
		const { submit } = await open();
		expect(await failureOf(submit({ prompt: `A cat ${marker}` }))).toMatchObject(expected);
		expect(sandbox().books().jobs).toHaveLength(1);
	});

	it('a wrong upstream key is an auth error that does not say it', async () => {
		const { submit } = await open({ upstreamApiKey: 'wrong-upstream-key' });
		const error = await failureOf(submit());
		expect(error).toMatchObject({ code: 'auth', hint: expect.stringContaining('upstream key') as string });
		expect(spoken(error)).not.toContain('wrong-upstream-key');
	});

	it('a client time-out has an unknown outcome', async () => {
		const { submit } = await open({}, 50);
		expect(await failureOf(submit({ prompt: 'A cat [slow:500]' }))).toMatchObject({
			code: 'timeout',
			hint: expect.stringContaining('may be paid') as string,
		});
		expect(sandbox().books().jobs).toHaveLength(1);
	});

	it('a field out of range fails before any request', async () => {
		const { submit } = await open();
		expect(await failureOf(submit({ count: 6 }))).toMatchObject({
			code: 'invalidRequest',
			message: expect.stringContaining('from 1 to 5') as string,
		});
		expect(await failureOf(submit({ extras: { imageSize: 'big' } }))).toMatchObject({
			code: 'invalidRequest',
			message: expect.stringContaining('write it as 1024x1024') as string,
		});
		expect(sandbox().books().requests).toEqual({});
	});
});
