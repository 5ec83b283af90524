import { ImageError, toImageError } from '../../model/errors';
import { jsonServer, type Reply } from '../../test/support/jsonServer';
import { countingCall, enough, lookUpCall, submitCall } from '../../test/support/providerCalls';
import { geminiAdapter } from './adapter';

const { since } = lookUpCall();
const picture = (data = 'aGFsbG8=') => ({
	content: { parts: [{ inlineData: { mimeType: 'image/png', data } }] },
	finishReason: 'STOP',
});
const drawn: Reply = { body: { candidates: [picture()] } };
const refused = (status: number, word: string, message: string): Reply => ({
	status,
	body: { error: { code: status, message, status: word } },
});
const oneEach = refused(400, 'INVALID_ARGUMENT', 'Multiple candidates is not enabled for this model');
const direct = { prompt: 'A fox', count: 1 };
const batched = { prompt: 'A fox', count: 2, extras: { batch: true } };

function session(reply: (call: number) => Reply) {
	const server = jsonServer((_request, call) => reply(call));
	return { ...server, ...geminiAdapter.connect(geminiAdapter.endpoint({ apiKey: 'AIza-key' }), server.transport) };
}

describe('a direct call', () => {
	it('is paid for once, and its answer is no job that could be asked for', async () => {
		const { submit } = session(() => drawn);
		const { call, parts, ids } = countingCall();
		expect(await submit(direct, call)).toMatchObject({
			job: { id: null, status: 'succeeded' },
			images: [{ mimeType: 'image/png' }],
		});
		expect([parts, [...ids]]).toEqual([[0], [[0, null]]]);
	});

	it('a 200 of another server is an error, not a job without images', async () => {
		const { submit } = session(() => ({ body: { result: { ok: true } } }));
		const failed: unknown[] = [];
		const call = submitCall({
			paid: async (_part, send) =>
				await send().catch((thrown: unknown) => {
					failed.push(thrown);
					throw thrown;
				}),
		});
		await expect(submit(direct, call)).rejects.toMatchObject({ code: 'malformedResponse', retryable: false });
		expect(failed).toHaveLength(1);
		const blocked = session(() => ({ body: { promptFeedback: { blockReason: 'SAFETY' } } }));
		await expect(blocked.submit(direct, countingCall().call)).rejects.toMatchObject({ code: 'contentRejected' });
	});

	it('given up, is not sent', async () => {
		const { submit, asked } = session(() => drawn);
		await expect(submit(direct, submitCall({ givenUp: enough }))).rejects.toBe(enough);
		expect(asked).toEqual([]);
	});

	it('for several images is one for each, after the model has rejected several candidates', async () => {
		const { submit, asked } = session((call) => (call === 1 ? oneEach : drawn));
		const { call, parts } = countingCall();
		expect((await submit({ ...direct, count: 3, seed: 5 }, call)).job).toMatchObject({
			status: 'succeeded',
			completed: 3,
		});
		expect(parts).toEqual([0, 0, 1, 2]);
		expect(asked).toHaveLength(4);
		await submit({ ...direct, count: 2 }, call);
		expect(parts).toEqual([0, 0, 1, 2, 0, 1]);
	});

	it('for several images is not repeated if the outcome of the first is unknown', async () => {
		const { submit, asked } = session(() => oneEach);
		const call = submitCall({
			paid: async (_part, send) =>
				await send().catch((thrown: unknown) =>
					Promise.reject(
						new ImageError('invalidRequest', { message: toImageError(thrown).message, outcome: 'unknown' }),
					),
				),
		});
		await expect(submit({ ...direct, count: 3 }, call)).rejects.toMatchObject({ outcome: 'unknown' });
		expect(asked).toHaveLength(1);
	});

	it('of several calls keeps the received images, and counts the rest as missing', async () => {
		const { submit } = session((call) =>
			call === 1 ? oneEach : call === 3 ? refused(500, 'INTERNAL', 'An internal error') : drawn,
		);
		expect((await submit({ ...direct, count: 3 }, submitCall())).job).toMatchObject({
			status: 'partial',
			total: 3,
			completed: 2,
			error: { message: expect.stringContaining('2 of 3 images arrived') },
		});
	});

	it('of several calls that all fail throws the one whose outcome is unknown', async () => {
		const { submit } = session((call) =>
			call === 1
				? oneEach
				: call === 3
					? new ImageError('network', { message: 'cut', outcome: 'unknown' })
					: refused(400, 'INVALID_ARGUMENT', 'no'),
		);
		await expect(submit({ ...direct, count: 3 }, submitCall())).rejects.toMatchObject({ code: 'network' });
	});
});

describe('a batch', () => {
	const operation = (name: string, displayName: string, secondsAfter: number, more: object = {}) => ({
		name: `batches/${name}`,
		metadata: {
			displayName,
			createTime: new Date(since + 1_000 * secondsAfter).toISOString(),
			state: 'BATCH_STATE_PENDING',
			...more,
		},
	});

	it('is one request, called by the key', async () => {
		const { submit, asked } = session(() => ({ body: operation('a', 'key-1', 0) }));
		const { call, parts, ids } = countingCall();
		expect((await submit(batched, call)).job).toMatchObject({
			id: 'batches/a',
			status: 'queued',
			total: 2,
			idempotencyKey: 'key-1',
		});
		expect([parts, [...ids]]).toEqual([[0], [[0, 'batches/a']]]);
		expect(asked[0]?.text).toContain('"displayName":"key-1"');
	});

	it('that was made before is given without a request, because a request that fails would lose it', async () => {
		const { submit, asked } = session(() => ({ status: 404, body: {} }));
		const { call, parts } = countingCall({ made: new Map([[0, 'batches/a']]), givenUp: enough });
		expect((await submit(batched, call)).job).toMatchObject({
			id: 'batches/a',
			status: 'queued',
			total: 2,
			idempotencyKey: 'key-1',
			error: null,
		});
		expect([parts, asked]).toEqual([[], []]);
	});

	it('is looked up by its name, page after page, as far back as it can be', async () => {
		const { lookUp, asked } = session((call) => ({
			body: {
				operations: [
					operation(`other-${call}`, 'another', 10 - call),
					...(call === 3 ? [operation('own', 'key-1', 1)] : []),
				],
				nextPageToken: `p${call}`,
			},
		}));
		expect(await lookUp?.(batched, lookUpCall())).toEqual({
			found: new Map([[0, 'batches/own']]),
			conclusive: true,
		});
		expect(asked).toHaveLength(3);
	});

	it.each([
		['a list that ends', [{ operations: [operation('a', 'another', 5)] }]],
		['an empty list', [{}]],
		[
			'one that goes on to older ones',
			[
				{ operations: [operation('a', 'another', 5)], nextPageToken: 'p1' },
				{ operations: [operation('b', 'another', -601)], nextPageToken: 'p2' },
			],
		],
	])('that is not in %s was not made, once it would show', async (_what, pages) => {
		for (const [quietMs, timedOut, conclusive] of [
			[20_000, true, true],
			[5_000, true, false],
			[5_000, false, true],
			[1_000, false, false],
		] as const) {
			const { lookUp, asked } = session((call) => ({ body: pages[call - 1] }));
			expect(await lookUp?.(batched, lookUpCall({ quietMs, timedOut }))).toMatchObject({
				found: new Map(),
				conclusive,
			});
			expect(asked).toHaveLength(pages.length);
		}
	});

	it('in a list with rows that cannot be read may be one of them', async () => {
		const { lookUp } = session(() => ({ body: { operations: [{ metadata: {} }, operation('a', 'another', 5)] } }));
		expect(await lookUp?.(batched, lookUpCall())).toMatchObject({
			conclusive: false,
			reason: expect.stringContaining('readable name'),
		});
		await expect(
			session(() => ({ body: { operations: 'none' } })).lookUp?.(batched, lookUpCall()),
		).rejects.toMatchObject({ code: 'malformedResponse' });
	});

	it('alone can be looked up', () => {
		const { canLookUp } = session(() => drawn);
		expect([canLookUp?.(batched), canLookUp?.(direct)]).toEqual([true, false]);
	});
});

it('a model that the endpoint does not have is not sent, and the hint names those that it has', async () => {
	const server = jsonServer(() => drawn);
	const { submit } = geminiAdapter.connect(
		geminiAdapter.endpoint({ apiKey: 'key', endpoint: 'yunwu' }),
		server.transport,
	);
	const model = 'gemini-2.0-flash-exp-image-generation';
	const error = toImageError(await submit({ ...direct, model }, submitCall()).catch((thrown: unknown) => thrown));
	expect(error).toMatchObject({ code: 'invalidRequest', delivery: 'notSent' });
	expect(error.message).toContain(model);
	expect(error.hint).toMatch(/^It has: .*gemini-2\.5-flash-image, gemini-3-pro-image/);
	expect(error.hint).not.toContain(model);
	expect(server.asked).toEqual([]);
});
