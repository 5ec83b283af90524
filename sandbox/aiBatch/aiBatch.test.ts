import sharp from 'sharp';
import type { Sandbox } from '../shared/server';
import { callsTo } from '../testCall';
import { startAiBatchSandbox } from './server';
import type { Settings } from './settings';

let sandbox: Sandbox<Settings>;
const call: ReturnType<typeof callsTo> = (...args) => callsTo(sandbox.url)(...args);
const body = {
	prompt: 'A beautiful sunset over mountains',
	negative_prompt: 'blurry, low quality',
	image_size: '640x512',
	image_count: 2,
	api_provider: 'gemini',
	api_key: 'upstream-key-1',
	model: 'imagen-2',
};

beforeAll(async () => {
	sandbox = await startAiBatchSandbox({ settings: { jobDurationMs: 5 } });
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

it("answers the document's samples as the document shows them", async () => {
	expect((await call('GET', '/health')).json).toMatchObject({
		status: 'healthy',
		version: '3.0',
		directories: { missing: [], all_present: true },
	});
	const { json } = await call('POST', '/api/generate-image', body);
	expect(json).toEqual({
		success: true,
		images: [1, 2].map((n) => ({
			filename: expect.stringMatching(new RegExp(`^gemini_\\d+_${n}\\.png$`)) as string,
			url: expect.stringMatching(/^\/generated_images\//) as string,
			base64: null,
		})),
		provider: 'gemini',
		prompt_used: 'A beautiful sunset over mountains --no blurry, low quality',
	});
	const [first] = (json as { images: Array<{ url: string }> }).images;
	expect(await sharp((await call('GET', first?.url ?? '')).bytes).metadata()).toMatchObject({
		width: 640,
		height: 512,
	});
	expect((await call('GET', '/api/prompt-suggestions?category=portrait')).json).toMatchObject({
		suggestions: [{ category: 'portrait', quality_score: 4.8 }],
	});
	expect(
		(await call('POST', '/api/analyze-prompt', { prompt: 'A cyberpunk city at night with neon lights' })).json,
	).toMatchObject({ analysis: { word_count: 8, complexity: 'medium' } });
});

it('a batch goes on by itself, and says when it will be done', async () => {
	const { json } = await call('POST', '/api/batch/generate', {
		prompts: ['a', 'b', 'c'],
		settings: { image_size: '1024x1024', api_provider: 'stability', api_key: 'upstream-key-1' },
	});
	const { batch_id } = json as { batch_id: string };
	const status = async () =>
		(await call('GET', `/api/batch/status/${batch_id}`)).json as {
			status: string;
			progress: { completed: number };
		};
	expect(await status()).toMatchObject({
		batch_id,
		progress: { total: 3 },
		estimated_completion: expect.stringMatching(/Z$/) as string,
	});
	while ((await status()).status !== 'completed');
	expect((await status()).progress).toEqual({ completed: 3, total: 3, percentage: 100 });
	expect(sandbox.books().generationsBilled).toBe(3);
});

it('stores a file and gives it back, as it came', async () => {
	const form = new FormData();
	form.append('note', 'hello "you"');
	form.append('image', new Blob([Buffer.from([1, 2, 13, 10, 45, 45, 3])], { type: 'image/png' }), 'ä b.png');
	const { json } = await call('POST', '/api/storage/upload', form);
	const { file_id } = json as { file_id: string };
	expect([...(await call('GET', `/api/storage/download/${file_id}`)).bytes]).toEqual([1, 2, 13, 10, 45, 45, 3]);
	expect((await call('DELETE', `/api/storage/delete/${file_id}`)).status).toBe(200);
	expect((await call('GET', `/api/storage/download/${file_id}`)).status).toBe(404);
});

it.each([
	['no prompt', { ...body, prompt: undefined }, 400],
	['six pictures', { ...body, image_count: 6 }, 400],
	['a size that is none', { ...body, image_size: 'big' }, 400],
	['an unknown upstream', { ...body, api_provider: 'midjourney' }, 400],
	['a wrong upstream key', { ...body, api_key: 'wrong' }, 401],
])('%s is rejected; the real server answers 500 to all', async (_what, wrong, status) => {
	expect(await call('POST', '/api/generate-image', wrong)).toMatchObject({ status, json: { success: false } });
	sandbox.settings({ dialect: 'real' });
	expect(await call('POST', '/api/generate-image', wrong)).toMatchObject({ status: 500, json: { success: false } });
});

it("users' data needs the server's key, if there is one", async () => {
	sandbox.settings({ apiKey: 'server-key' });
	expect((await call('GET', '/api/keys')).status).toBe(401);
	expect((await call('GET', '/api/keys', undefined, { authorization: 'Bearer server-key' })).status).toBe(200);
	expect((await call('GET', '/api/prompt-suggestions')).status).toBe(200);
});

it('the real server lacks most paths, and says so in HTML', async () => {
	sandbox.settings({ dialect: 'real' });
	expect(await call('GET', '/api/monitoring/system-stats')).toMatchObject({
		status: 404,
		text: expect.stringContaining('<h1>Not Found') as string,
	});
	expect(await call('POST', '/api/creative/upscale', {})).toMatchObject({
		status: 405,
		text: expect.stringContaining('<!doctype html>') as string,
	});
	expect((await call('GET', '/api/images/gallery')).status).toBe(200);
	expect((await call('POST', '/api/generate-image', { ...body, api_provider: 'replicate' })).status).toBe(400);
	expect(
		(await call('POST', '/api/generate-image', { ...body, image_size: '64x64', image_count: 1 })).json,
	).toMatchObject({
		images: [{ base64: expect.any(String) as string, mime_type: 'image/png' }],
		generation_id: expect.any(Number) as number,
	});
});

it('no key of a caller is in the books, the page describes every endpoint', async () => {
	await call('POST', '/api/generate-image', body);
	expect(JSON.stringify(sandbox.books())).not.toContain('upstream-key-1');
	expect(Object.keys(((await call('GET', '/docs/json')).json as { paths: object }).paths).length).toBeGreaterThan(45);
});

it('the real server has another health path, and neither suggests nor analyses prompts', async () => {
	expect(await call('GET', '/api/health')).toMatchObject({
		status: 404,
		text: expect.stringContaining('<h1>Not Found') as string,
	});
	sandbox.settings({ dialect: 'real' });
	expect(await call('GET', '/health')).toMatchObject({
		status: 404,
		text: expect.stringContaining('<h1>Not Found') as string,
	});
	expect((await call('GET', '/api/prompt-suggestions')).status).toBe(404);
	expect((await call('POST', '/api/analyze-prompt', { prompt: 'x' })).status).toBe(405);
	expect((await call('GET', '/api/health')).json).toMatchObject({ status: 'healthy' });
	sandbox.settings({ healthStatus: 503 });
	expect(await call('GET', '/api/health')).toMatchObject({ status: 503, json: { status: 'degraded' } });
});

it('tools and each prompt of a batch are jobs of the books; what fails costs nothing', async () => {
	await call('POST', '/api/creative/upscale', { prompt: 'a tool', api_key: 'upstream-key-1' });
	expect((await call('POST', '/api/image/process', { prompt: 'a bad tool [fail:X]' })).status).toBe(500);
	await call('POST', '/api/batch/generate', {
		prompts: ['a', 'b [refuse]'],
		settings: { api_provider: 'stability', api_key: 'upstream-key-1' },
	});
	while (sandbox.books().jobs.some(({ finishedAt }) => finishedAt === null))
		await new Promise((resolve) => setImmediate(resolve));
	expect(sandbox.books().jobs.map(({ prompt, generationsBilled }) => [prompt, generationsBilled])).toEqual([
		['a tool', 1],
		['a bad tool [fail:X]', 0],
		['a', 1],
		['b [refuse]', 0],
	]);
	expect(JSON.stringify(sandbox.books())).not.toContain('upstream-key-1');
});
