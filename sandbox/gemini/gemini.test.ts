import sharp from 'sharp';
import type { Sandbox } from '../shared/server';
import { callsTo } from '../testCall';
import { startGeminiSandbox } from './server';
import type { Settings } from './settings';

let sandbox: Sandbox<Settings>;
const call: ReturnType<typeof callsTo> = (...args) =>
	callsTo(sandbox.url, { 'x-goog-api-key': 'AIza-sandbox-key-1' })(...args);
const flash = '/v1beta/models/gemini-2.5-flash-image:generateContent';
const pro = '/v1beta/models/gemini-3-pro-image-preview';
const asking = (text: string, generationConfig?: object) => ({
	contents: [{ parts: [{ text }] }],
	...(generationConfig ? { generationConfig } : {}),
});
interface Answer {
	candidates: Array<{
		finishReason: string;
		content?: { parts: Array<{ text?: string; thought?: boolean; inlineData?: { data: string } }> };
	}>;
	usageMetadata: Record<string, unknown>;
}
const answerTo = async (path: string, body: object, headers?: Record<string, string>) =>
	(await call('POST', path, body, headers)).json as Answer;

beforeAll(async () => {
	sandbox = await startGeminiSandbox({ settings: { jobDurationMs: 5 } });
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

it('gives a picture inside the answer, in the size of the table, and counts its tokens', async () => {
	const {
		candidates: [candidate],
		usageMetadata,
	} = await answerTo(flash, asking('A cat', { imageConfig: { aspectRatio: '16:9' } }));
	const data = candidate?.content?.parts.find(({ inlineData }) => inlineData)?.inlineData?.data ?? '';
	expect(await sharp(Buffer.from(data, 'base64')).metadata()).toMatchObject({
		format: 'png',
		width: 1344,
		height: 768,
	});
	expect(usageMetadata).toMatchObject({
		candidatesTokenCount: 1298,
		candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1290 }],
	});
});

it('Gemini 3 thinks with a sketch, and takes a resolution', async () => {
	const {
		candidates: [candidate],
		usageMetadata,
	} = await answerTo(`${pro}:generateContent`, asking('A cat', { imageConfig: { imageSize: '2K' } }));
	const pictures = candidate?.content?.parts.filter(({ inlineData }) => inlineData) ?? [];
	expect(pictures.map(({ thought }) => thought)).toEqual([true, undefined]);
	expect(await sharp(Buffer.from(pictures[1]?.inlineData?.data ?? '', 'base64')).metadata()).toMatchObject({
		width: 2048,
		height: 2048,
	});
	expect(usageMetadata).toMatchObject({ thoughtsTokenCount: 210 });
	expect(await call('POST', flash, asking('A cat', { imageConfig: { imageSize: '2K' } }))).toMatchObject({
		status: 400,
		json: { error: { status: 'INVALID_ARGUMENT' } },
	});
});

it.each([
	['[refuse]', { candidates: [{ finishReason: 'IMAGE_SAFETY' }] }],
	['[finish:RECITATION]', { candidates: [{ finishReason: 'RECITATION' }] }],
	['[block:PROHIBITED_CONTENT]', { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }],
	[
		'[words]',
		{
			candidates: [
				{
					finishReason: 'STOP',
					content: { parts: [{ text: expect.stringContaining('will not draw') as string }] },
				},
			],
		},
	],
	['[nothing]', { candidates: [{ content: { parts: [] } }] }],
])('%s brings no picture, and bills none', async (marker, expected) => {
	expect(await answerTo(flash, asking(`A cat ${marker}`))).toMatchObject(expected);
	expect(sandbox.books()).toMatchObject({ generationsBilled: 0 });
});

it.each([
	['several candidates', asking('x', { candidateCount: 2 }), /Multiple candidates is not enabled/],
	['an unknown field', { ...asking('x'), prompt: 'x' }, /Unrecognized key/],
	['an unknown ratio', asking('x', { imageConfig: { aspectRatio: '7:1' } }), /aspectRatio/],
	['no content', { contents: [] }, /contents/],
])('%s are rejected', async (_what, body, message) => {
	expect(await call('POST', flash, body)).toMatchObject({
		status: 400,
		json: { error: { code: 400, status: 'INVALID_ARGUMENT', message: expect.stringMatching(message) as string } },
	});
	sandbox.settings({ multipleCandidates: true });
	expect((await answerTo(flash, asking('x', { candidateCount: 2 }))).candidates).toHaveLength(2);
});

it('keys: Google and the proxy each say no in their own way', async () => {
	const model = '/v1beta/models/gemini-2.5-flash-image';
	expect(await call('GET', model, undefined, { 'x-goog-api-key': 'wrong' })).toMatchObject({
		status: 400,
		json: { error: { details: [{ reason: 'API_KEY_INVALID' }] } },
	});
	expect(await call('GET', model, undefined, { 'x-goog-api-key': '' })).toMatchObject({
		status: 403,
		json: { error: { status: 'PERMISSION_DENIED' } },
	});
	sandbox.settings({ dialect: 'real' });
	expect(await call('GET', model)).toMatchObject({ status: 401, json: { error: { type: 'new_api_error' } } });
	expect((await call('GET', model, undefined, { authorization: 'Bearer AIza-sandbox-key-1' })).status).toBe(200);
});

it('a proxy writes pictures into the text, and has no batches', async () => {
	sandbox.settings({ dialect: 'real' });
	const bearer = { authorization: 'Bearer AIza-sandbox-key-1' };
	const textOf = async (path: string) =>
		(await answerTo(path, asking('A cat'), bearer)).candidates[0]?.content?.parts[0]?.text ?? '';
	expect(await textOf(flash)).toMatch(/!\[image\]\(data:image\/png;base64,/);
	const [, url = ''] = /\((http.+)\)/.exec(await textOf(`${pro}:generateContent`)) ?? [];
	expect(await sharp((await call('GET', url)).bytes).metadata()).toMatchObject({ format: 'png' });
	expect(await call('GET', '/v1beta/batches', undefined, bearer)).toMatchObject({ status: 404 });
});

describe('batches', () => {
	const batch = (...prompts: string[]) => ({
		batch: {
			displayName: 'mine',
			inputConfig: { requests: { requests: prompts.map((prompt) => ({ request: asking(prompt) })) } },
		},
	});
	const create = async (...prompts: string[]) =>
		(await call('POST', `${pro}:batchGenerateContent`, batch(...prompts))).json as {
			name: string;
			metadata: object;
		};
	const get = async (name: string) =>
		(await call('GET', `/v1beta/${name}`)).json as {
			done?: boolean;
			metadata: {
				state: string;
				output?: { inlinedResponses?: { inlinedResponses: object[] }; responsesFile?: string };
			};
			error?: object;
		};
	const ended = async (name: string) => {
		for (;;) {
			const operation = await get(name);
			if (operation.done) return operation;
			await new Promise((resolve) => setTimeout(resolve, 2));
		}
	};

	it.each(['inline', 'file'] as const)('are worked off, with results %s', async (batchResults) => {
		sandbox.settings({ batchResults });
		const { name, metadata } = await create('A cat', 'A dog [refuse]');
		expect(metadata).toMatchObject({
			displayName: 'mine',
			state: 'BATCH_STATE_PENDING',
			batchStats: { requestCount: '2' },
		});
		const {
			metadata: { output },
		} = await ended(name);
		const lines = output?.responsesFile
			? (await call('GET', `/download/v1beta/${output.responsesFile}:download?alt=media`)).text
					.split('\n')
					.map((line) => JSON.parse(line) as object)
			: output?.inlinedResponses?.inlinedResponses;
		expect(lines).toMatchObject([
			{ response: { candidates: [{ finishReason: 'STOP' }] } },
			{ response: { candidates: [{ finishReason: 'IMAGE_SAFETY' }] } },
		]);
	});

	it('are listed newest first, canceled while they last, and deleted', async () => {
		const first = await create('A cat [queue]');
		const second = await create('A dog');
		expect((await call('GET', '/v1beta/batches?pageSize=1')).json).toMatchObject({
			operations: [{ name: second.name }],
			nextPageToken: '1',
		});
		expect((await call('POST', `/v1beta/${first.name}:cancel`)).status).toBe(200);
		expect((await get(first.name)).metadata.state).toBe('BATCH_STATE_CANCELLED');
		expect(await call('POST', `/v1beta/${first.name}:cancel`)).toMatchObject({
			status: 400,
			json: { error: { status: 'FAILED_PRECONDITION' } },
		});
		expect((await call('DELETE', `/v1beta/${first.name}`)).status).toBe(200);
		expect((await call('GET', `/v1beta/${first.name}`)).status).toBe(404);
	});

	it('fail as a whole, expire, or lose some of their requests', async () => {
		expect(await ended((await create('x [fail:INTERNAL]')).name)).toMatchObject({
			metadata: { state: 'BATCH_STATE_FAILED' },
			error: { code: 13 },
		});
		expect(await ended((await create('x [fail:EXPIRED]')).name)).toMatchObject({
			metadata: { state: 'BATCH_STATE_EXPIRED' },
		});
		expect(await ended((await create('x [lost]', 'y [lost]')).name)).toMatchObject({
			metadata: {
				output: { inlinedResponses: { inlinedResponses: [{ response: {} }, { error: { code: 14 } }] } },
			},
		});
	});
});
