import { connect } from 'node:net';
import type { AnySandbox } from './backends';
import { startAiBatchSandbox } from './aiBatch/server';
import { startImageSaasSandbox } from './imageSaas/server';
import { startNanoBananaProSandbox } from './nanoBananaPro/server';
import { startZImageSandbox } from './zImage/server';
import { callsTo } from './testCall';
import { until } from './testClient';

let sandbox: AnySandbox;
const call: ReturnType<typeof callsTo> = (...args) =>
	callsTo(sandbox.url, { authorization: 'Bearer img_test_dev_123456789' })(...args);
const submit = () => call('POST', '/v1/images/generate', { prompt: 'A cat' });
const outcomes = () => sandbox.books().outcomes;

beforeAll(async () => {
	sandbox = await startImageSaasSandbox({ settings: { jobDurationMs: 5, requestsPerMinute: 0, maxConcurrent: 0 } });
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

it.each([
	['502', '502 Bad Gateway'],
	['504', '504 Gateway Time-out'],
	['503', '503 Service Temporarily Unavailable'],
	['500', '500 Internal Server Error'],
	['429', '429 Too Many Requests'],
	['404', '404 Not Found'],
	['403', '403 Forbidden'],
] as const)("%s can be a gateway's page, before the request is read", async (kind, title) => {
	sandbox.fault({ route: 'generate', kind, page: true, retryAfter: 3 });
	const { status, headers, text } = await submit();
	expect([status, headers.get('content-type'), headers.get('retry-after')]).toEqual([Number(kind), 'text/html', '3']);
	expect(text).toBe(
		`<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n` +
			`<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
	);
	expect(sandbox.books().jobs).toEqual([]);
	expect(outcomes()).toEqual({ [`POST /v1/images/generate ${kind}`]: 1 });
	expect((await submit()).status).toBe(202);
});

it('403 and 404 are else in the words of the backend', async () => {
	sandbox.fault({ route: 'get', kind: '403', code: 'FORBIDDEN' });
	expect(await call('GET', '/v1/jobs/x')).toMatchObject({ status: 403, json: { error: 'FORBIDDEN' } });
	sandbox.fault({ route: 'get', kind: '404' });
	expect(await call('GET', '/v1/jobs/x')).toMatchObject({ status: 404, json: { error: 'JOB_NOT_FOUND' } });
});

it.each([
	['NanoBananaPro', startNanoBananaProSandbox, '404', 'document', '/api/v1/health', '404 page not found'],
	['Z-Image', startZImageSandbox, '500', 'real', '/health', 'Internal Server Error'],
	[
		'AI Batch',
		startAiBatchSandbox,
		'403',
		'document',
		'/health',
		'{"success":false,"error":"A fault that the sandbox was asked for"}',
	],
] as const)('%s has words of its own', async (_name, start, kind, dialect, path, words) => {
	const other = await start({ settings: { dialect } });
	other.fault({ route: 'health', kind });
	const { text, headers } = await callsTo(other.url)('GET', path);
	expect(text).toBe(words);
	expect(headers.get('content-type')).toMatch(words.startsWith('{') ? /json/ : /^text\/plain/);
	await other.close();
});

describe('the request takes effect, and its answer is lost', () => {
	it.each([
		['500AfterAccept', 500, 'application/json', /UNKNOWN_ERROR/],
		['502AfterAccept', 502, 'text/html', /nginx/],
		['503AfterAccept', 503, 'text/html', /nginx/],
		['504AfterAccept', 504, 'text/html', /nginx/],
	] as const)('%s', async (kind, expected, type, words) => {
		sandbox.fault({ route: 'generate', kind, retryAfter: 9 });
		const { status, headers, text } = await submit();
		expect([status, headers.get('content-type')?.split(';')[0], headers.get('retry-after')]).toEqual([
			expected,
			type,
			'9',
		]);
		expect(text).toMatch(words);
		expect(outcomes()).toEqual({ [`POST /v1/images/generate ${expected}`]: 1 });
		await until(() => (sandbox.books().generationsBilled === 1 ? true : null));
	});

	it('no header of the lost answer is left', async () => {
		const { json } = await submit();
		const { jobId } = json as { jobId: string };
		await until(() => (sandbox.books().generationsBilled === 1 ? true : null));
		sandbox.fault({ route: 'asset', kind: '502AfterAccept' });
		const { status, headers } = await call('GET', `/assets/${jobId}/image_1.png`);
		expect([status, headers.get('etag'), headers.get('cache-control'), headers.get('content-type')]).toEqual([
			502,
			null,
			null,
			'text/html',
		]);
	});

	it('hangAfterAccept never answers', async () => {
		sandbox.fault({ route: 'generate', kind: 'hangAfterAccept' });
		const lost = fetch(`${sandbox.url}/v1/images/generate`, {
			method: 'POST',
			headers: { authorization: 'Bearer img_test_dev_123456789', 'content-type': 'application/json' },
			body: JSON.stringify({ prompt: 'A cat' }),
			signal: AbortSignal.timeout(60),
		});
		await expect(lost).rejects.toThrow(/timeout/);
		expect(sandbox.books()).toMatchObject({
			jobs: [{ prompt: 'A cat', generationsBilled: 1 }],
			statuses: { hang: 1 },
		});
	});

	it('an empty answer is 200 without a byte', async () => {
		sandbox.fault({ route: 'generate', kind: 'empty' });
		expect(await submit()).toMatchObject({ status: 200, text: '' });
		expect(sandbox.books().jobs).toHaveLength(1);
	});
});

it('resetMidBody: the connection breaks during the body, and nothing is made', async () => {
	sandbox.fault({ route: 'generate', kind: 'resetMidBody' });
	const socket = connect(sandbox.port, '127.0.0.1');
	const errors: string[] = [];
	socket.on('error', ({ code }: NodeJS.ErrnoException) => errors.push(String(code)));
	socket.write(
		'POST /v1/images/generate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ' +
			'1000\r\n\r\n',
	);
	await until(() => (outcomes()['POST /v1/images/generate reset'] === 1 ? true : null));
	expect(errors).toEqual([]);
	socket.write('{"prompt"');
	expect(await until(() => errors[0] ?? null)).toBe('ECONNRESET');
	expect(sandbox.books().jobs).toEqual([]);
	sandbox.fault({ route: 'list', kind: 'resetMidBody' });
	await expect(call('GET', '/v1/jobs')).rejects.toThrow('fetch failed');
});

it('the third of several requests can be the one that fails', async () => {
	sandbox.fault({ route: 'generate', kind: '503AfterAccept', skip: 2 });
	const statuses = [];
	for (let n = 0; n < 4; n++) statuses.push((await submit()).status);
	expect(statuses).toEqual([202, 202, 503, 202]);
	expect(sandbox.books().jobs).toHaveLength(4);
});
