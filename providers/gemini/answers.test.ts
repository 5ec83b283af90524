import type { JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { candidate, data, image, picture, request, session } from '../../test/support/geminiJobs';
import { jsonServer } from '../../test/support/jsonServer';
import { submitCall } from '../../test/support/providerCalls';
import { geminiAdapter } from './adapter';

/** Gemini's answers and errors as jobs. */

describe('an answer', () => {
	const read = async (body: object, patch: Partial<ImageRequest> = {}): Promise<JobSnapshot> =>
		await session(() => ({ body })).submit({ ...request, ...patch }, submitCall());

	it('with all images is a job that has succeeded', async () => {
		const { job, images, usage } = await read({ candidates: [candidate(picture())] });
		expect(job).toEqual({
			provider: 'gemini',
			id: null,
			status: 'succeeded',
			progress: 100,
			total: 1,
			completed: 1,
			error: null,
			idempotencyKey: 'key-1',
			createdAt: null,
			updatedAt: null,
		});
		expect(images).toEqual([image(0)]);
		expect(usage).toBeUndefined();
	});

	it.each<[string, object[], object[]]>([
		['an image without a type', [picture(null)], [image(0, { mimeType: null })]],
		['what is no image beside it', [picture('audio/wav'), picture()], [image(0)]],
		[
			'a sketch on the way',
			[{ ...picture(), thought: true }, picture('image/webp')],
			[image(0, { mimeType: 'image/webp' })],
		],
		['several images in one candidate', [picture(), picture()], [image(0), image(1)]],
		[
			'images in Markdown',
			[
				{ text: `Here: ![fox](data:image/jpeg;base64,${data}) and ![](https://a.example/a.png "x")` },
				{ text: '![b](http://a.example/b)' },
			],
			[
				image(0, { mimeType: 'image/jpeg' }),
				{ ...image(1, { url: 'http://a.example/b', mimeType: null }), inline: undefined },
			],
		],
		['an image beside Markdown', [picture(), { text: `![fox](https://a.example/a.png)` }], [image(0)]],
	])('with %s gives the images', async (_what, parts, images) => {
		expect((await read({ candidates: [candidate(...parts)] })).images).toEqual(images);
	});

	it('with fewer images says how many came and why', async () => {
		const { job } = await read(
			{ candidates: [candidate(picture()), { finishReason: 'IMAGE_SAFETY', finishMessage: 'no' }] },
			{ count: 2 },
		);
		expect(job).toMatchObject({
			status: 'partial',
			progress: null,
			total: 2,
			completed: 1,
			error: {
				code: 'contentRejected',
				message: expect.stringMatching(/^1 of 2 images arrived: Gemini rejected/) as string,
			},
		});
		expect((await read({ candidates: [candidate(picture())] }, { count: 2 })).job).toMatchObject({
			status: 'partial',
			error: { code: 'upstream' },
		});
	});

	it('with more images than requested gives them all', async () => {
		expect((await read({ candidates: [candidate(picture(), picture())] })).job).toMatchObject({
			status: 'succeeded',
			total: 2,
			completed: 2,
		});
	});

	it.each<[object, string, RegExp]>([
		[
			{ promptFeedback: { blockReason: 'PROHIBITED_CONTENT', blockReasonMessage: 'no' } },
			'contentRejected',
			/PROHIBITED_CONTENT.*\. no$/,
		],
		[{ candidates: [{ finishReason: 'SPII' }] }, 'contentRejected', /personal data$/],
		[
			{ candidates: [candidate({ text: 'I would rather not' })] },
			'contentRejected',
			/words instead of an image: I would rather not/,
		],
		[
			{ candidates: [candidate({ text: 'sketching', thought: true })] },
			'malformedResponse',
			/without an image \(STOP\)$/,
		],
		[{ candidates: [{ finishReason: 'toString' }] }, 'malformedResponse', /\(toString\)$/],
		[{ candidates: [{ finishReason: 'OTHER', finishMessage: 'odd' }] }, 'malformedResponse', /\(OTHER\): odd$/],
		[{ responseId: 'a' }, 'malformedResponse', /without an image$/],
	])('without an image (%j) is %s, and is not repeated', async (body, code, message) => {
		await expect(read(body)).rejects.toMatchObject({
			code,
			retryable: false,
			message: expect.stringMatching(message) as string,
			hint: expect.stringMatching(/./) as string,
		});
	});

	it('is kept without its images', async () => {
		const text = `![fox](data:image/jpeg;base64,${data})`;
		const { raw } = await read({ candidates: [candidate(picture(), { text })] });
		expect(JSON.stringify(raw)).not.toContain(data);
		expect(raw).toMatchObject([
			{
				candidates: [
					{
						content: {
							parts: [{ inlineData: { data: `(${data.length} characters)` } }, { text: '(image)' }],
						},
					},
				],
			},
		]);
	});
});

describe('an error', () => {
	const thrown = async (status: number, error: object | string, headers: Record<string, string> = {}) => {
		const { transport } = jsonServer(() => ({ status, body: typeof error === 'string' ? error : { error } }));
		const config = geminiAdapter.endpoint({ apiKey: 'AIza-key' });
		const { submit } = geminiAdapter.connect(config, {
			...transport,
			send: async (sent) => ({ ...(await transport.send(sent)), headers }),
		});
		return await submit(request, submitCall()).then(
			() => undefined,
			(error_: unknown) => error_,
		);
	};
	const details = (...entries: object[]) => ({ message: 'no', details: entries });

	it.each<[number, object | string, string]>([
		[400, { message: 'no', status: 'INVALID_ARGUMENT' }, 'invalidRequest'],
		[400, { message: 'API key not valid' }, 'auth'],
		[400, details({ reason: 'API_KEY_INVALID' }), 'auth'],
		[400, { message: 'enable billing', status: 'FAILED_PRECONDITION' }, 'quotaExceeded'],
		[400, { message: 'location', status: 'FAILED_PRECONDITION' }, 'invalidRequest'],
		[400, { message: 'the prompt was blocked' }, 'contentRejected'],
		[400, { message: 'safety' }, 'contentRejected'],
		[401, { message: 'no' }, 'auth'],
		[403, { message: 'no', status: 'PERMISSION_DENIED' }, 'auth'],
		[404, { message: 'API key not valid' }, 'notFound'],
		[429, { message: 'slow down', status: 'RESOURCE_EXHAUSTED' }, 'rateLimited'],
		[429, details({ violations: [{ quotaId: 'GenerateRequestsPerDayPerProject' }] }), 'quotaExceeded'],
		[429, details({ violations: [{ quotaId: 'RequestsPerMinute' }, {}] }, {}), 'rateLimited'],
		[429, { message: 'limit: 0' }, 'quotaExceeded'],
		[429, { message: '余额不足' }, 'quotaExceeded'],
		[500, { message: 'internal' }, 'upstream'],
		[500, { message: 'blocked' }, 'upstream'],
		[503, { message: 'limit: 0' }, 'overloaded'],
		[504, { message: 'late', status: 'DEADLINE_EXCEEDED' }, 'timeout'],
		[502, '<html>Bad Gateway</html>', 'overloaded'],
		[500, { message: '无效的令牌' }, 'auth'],
	])('%i %j is %s', async (status, error, code) => {
		expect(await thrown(status, error)).toMatchObject({ code, httpStatus: status });
	});

	it('says the word, the reason and what to do', async () => {
		expect(await thrown(403, { message: 'no', status: 'PERMISSION_DENIED' })).toMatchObject({
			message: 'Gemini answered 403 (PERMISSION_DENIED: no)',
			hint: expect.stringContaining('API key') as string,
		});
		expect(await thrown(502, '<html>Bad Gateway</html>')).toMatchObject({
			message: 'Gemini answered 502 (Bad Gateway)',
			hint: expect.stringContaining('later') as string,
		});
		expect(await thrown(404, { message: 'no' })).toMatchObject({
			hint: expect.stringContaining('model') as string,
		});
		expect(await thrown(429, { message: 'limit: 0' })).toMatchObject({
			hint: expect.stringContaining('quota') as string,
		});
		expect(await thrown(400, { message: 'safety' })).toMatchObject({
			hint: expect.stringContaining('prompt') as string,
		});
	});

	it.each<[object, Record<string, string>, number | null]>([
		[details({ retryDelay: '17.5s' }), {}, 17_500],
		[details({}, { retryDelay: '2s' }), {}, 2_000],
		[details({ retryDelay: 'soon' }), {}, null],
		[details({ retryDelay: '17.5s' }), { 'retry-after': '3' }, 3_000],
		[{ message: 'no' }, {}, null],
	])('429 %j with %j asks for a pause of %j ms', async (error, headers, retryAfterMs) => {
		expect(await thrown(429, error, headers)).toMatchObject({ retryAfterMs });
	});
});
