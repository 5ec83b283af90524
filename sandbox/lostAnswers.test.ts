import { request } from 'node:http';
import { type AnySandbox, backends } from './backends';
import type { FaultKind } from './shared/faults';
import { until } from './testClient';

/** A request that costs money. */
interface Paid {
	backend: string;
	what: string;
	dialect?: 'document' | 'real';
	route?: string;
	path: string;
	/** Sent as JSON, or as the fields of a form. */
	body: object;
	form?: boolean;
	/** Generations of one request; default 1. */
	generations?: number;
}

const PROMPT = 'A cat on a couch';
const upstream = { api_provider: 'gemini', api_key: 'upstream-key-1' };
const asking = { contents: [{ parts: [{ text: PROMPT }] }] };
const flash = '/v1beta/models/gemini-2.5-flash-image';
const chat = (model: string, more: object = {}) => ({ model, messages: [{ role: 'user', content: PROMPT }], ...more });
const task = { provider: 'gemini', params: { prompt: PROMPT, aspect_ratio: '1:1' } };
const batchId = '0d6b3b3b-0b4b-4c87-8d46-6b1e7e6f7f1a';

const PAID: Paid[] = [
	{ backend: 'imageSaas', what: 'a job', path: '/v1/images/generate', body: { prompt: PROMPT } },
	{ backend: 'imageSaas', what: 'a job', dialect: 'real', path: '/v1/images/generate', body: { prompt: PROMPT } },
	{
		backend: 'zImage',
		what: 'a task of a batch',
		path: '/v1/images/generate',
		body: { prompt: PROMPT, metadata: { batch_id: batchId, batch_index: 0, batch_size: 2 } },
	},
	{
		backend: 'zImage',
		what: 'a task of a batch',
		dialect: 'real',
		path: '/v1/images/generate',
		body: { prompt: PROMPT, metadata: { batch_id: batchId, batch_index: 0, batch_size: 2 } },
	},
	{
		backend: 'nanoBananaPro',
		what: 'a task of several pictures',
		path: '/api/v1/generate/batch',
		body: { prompt: PROMPT, model: 'm', count: 3, apiKey: 'gemini-key-1' },
	},
	{
		backend: 'nanoBananaPro',
		what: 'a form',
		path: '/api/v1/generate/batch-with-images',
		body: { prompt: PROMPT, model: 'm', count: '1', apiKey: 'gemini-key-1' },
		form: true,
	},
	{ backend: 'nanoBananaPro', what: 'a task', dialect: 'real', path: '/api/v1/tasks/generate', body: task },
	{
		backend: 'nanoBananaPro',
		what: 'a form',
		dialect: 'real',
		path: '/api/v1/tasks/generate-with-images',
		body: { provider: 'gemini', prompt: PROMPT },
		form: true,
	},
	{
		backend: 'jimeng',
		what: 'images',
		path: '/v1/images/generations',
		body: { model: 'jimeng-4.0', prompt: PROMPT },
	},
	{
		backend: 'jimeng',
		what: 'images',
		dialect: 'real',
		path: '/v1/images/generations',
		body: { model: 'jimeng-4.0', prompt: PROMPT },
	},
	{
		backend: 'jimeng',
		what: 'a composition',
		path: '/v1/images/compositions',
		body: { model: 'jimeng-4.0', prompt: PROMPT, images: ['https://example.com/a.png'] },
	},
	{ backend: 'jimeng', what: 'a chat', route: 'chat', path: '/v1/chat/completions', body: chat('jimeng-4.0') },
	{
		backend: 'jimeng',
		what: 'a streamed chat',
		route: 'chat',
		path: '/v1/chat/completions',
		body: chat('jimeng-4.0', { stream: true }),
	},
	{ backend: 'jimeng', what: 'a video', route: 'chat', path: '/v1/chat/completions', body: chat('jimeng-video-3.0') },
	{
		backend: 'aiBatch',
		what: 'images',
		path: '/api/generate-image',
		body: { prompt: PROMPT, image_count: 2, ...upstream },
	},
	{
		backend: 'aiBatch',
		what: 'images',
		dialect: 'real',
		path: '/api/generate-image',
		body: { prompt: PROMPT, image_size: '64x64', ...upstream },
	},
	{
		backend: 'aiBatch',
		what: 'a batch',
		route: 'batch',
		path: '/api/batch/generate',
		body: { prompts: [PROMPT, PROMPT], settings: upstream },
		generations: 2,
	},
	{ backend: 'aiBatch', what: 'a tool', route: 'call', path: '/api/creative/variations', body: { prompt: PROMPT } },
	{
		backend: 'aiBatch',
		what: 'a tool with a file',
		route: 'call',
		path: '/api/creative/upscale',
		body: { prompt: PROMPT },
		form: true,
	},
	{ backend: 'gemini', what: 'a call', path: `${flash}:generateContent`, body: asking },
	{ backend: 'gemini', what: 'a call', dialect: 'real', path: `${flash}:generateContent`, body: asking },
	{
		backend: 'gemini',
		what: 'a call of several candidates',
		path: `${flash}:generateContent`,
		body: { ...asking, generationConfig: { candidateCount: 3 } },
	},
	{
		backend: 'gemini',
		what: 'a batch',
		route: 'batch',
		path: `${flash}:batchGenerateContent`,
		body: {
			batch: {
				displayName: 'mine',
				inputConfig: { requests: { requests: [{ request: asking }, { request: asking }] } },
			},
		},
	},
];

const KEYS: Record<string, Record<string, string>> = {
	imageSaas: { authorization: 'Bearer img_test_dev_123456789' },
	zImage: { 'x-auth-key': 'client-key-1' },
	jimeng: { authorization: 'Bearer session-cn-1' },
	gemini: { 'x-goog-api-key': 'AIza-sandbox-key-1', authorization: 'Bearer AIza-sandbox-key-1' },
};
const LOST: FaultKind[] = [
	'resetAfterAccept',
	'hangAfterAccept',
	'500AfterAccept',
	'502AfterAccept',
	'503AfterAccept',
	'504AfterAccept',
	'truncated',
	'empty',
	'malformed',
	'wrongShape',
];
const BEFORE: FaultKind[] = ['403', '404', '429', '500', '502', '503', '504', 'reset', 'resetMidBody', 'redirect'];

const running = new Map<string, AnySandbox>();
beforeAll(async () => {
	for (const { id, start } of backends) running.set(id, await start({ settings: { jobDurationMs: 5 } }));
});
afterAll(() => Promise.all([...running.values()].map((sandbox) => sandbox.close())));

async function stage({ backend, dialect = 'document' }: Paid): Promise<AnySandbox> {
	const sandbox = running.get(backend);
	if (!sandbox) throw new Error(backend);
	sandbox.reset();
	sandbox.settings({ dialect, ...(backend === 'gemini' ? { multipleCandidates: true } : {}) });
	return sandbox;
}

/**
 * Sends the request and accepts any result: an answer, a closed connection, or nothing at all. Each request has its own
 * connection, so that it never reuses one that a fault has broken.
 */
async function send(sandbox: AnySandbox, { backend, path, body, form }: Paid): Promise<void> {
	const data = new FormData();
	for (const [name, value] of Object.entries(body)) data.append(name, String(value));
	if (form) data.append('refImages', new Blob([Buffer.from('png')], { type: 'image/png' }), 'a.png');
	const packed = form ? new Response(data) : Response.json(body);
	const bytes = Buffer.from(await packed.arrayBuffer());
	const headers = {
		...KEYS[backend],
		'content-type': packed.headers.get('content-type') ?? '',
		'content-length': bytes.length,
	};
	let isOver = false;
	const call = request(sandbox.url + path, { method: 'POST', headers, agent: false }, (answer) =>
		answer.on('error', () => undefined).resume(),
	);
	call.on('error', () => undefined)
		.on('close', () => (isOver = true))
		.end(bytes);
	await until(() => isOver || (sandbox.books().statuses['hang'] ?? 0) > 0 || null);
	call.destroy();
}

describe.each(PAID.map((paid) => [`${paid.backend} (${paid.dialect ?? 'document'}), ${paid.what}`, paid] as const))(
	'%s',
	(_name, paid) => {
		const { generations = 1, route = 'generate' } = paid;

		it.each(LOST)('%s: it is in the books with its prompt, and paid', async (kind) => {
			const sandbox = await stage(paid);
			sandbox.fault({ route, kind });
			await send(sandbox, paid);
			const books = await until(() =>
				sandbox.books().jobs.every(({ finishedAt }) => finishedAt !== null) ? sandbox.books() : null,
			);
			const prompts = books.jobs.map(({ prompt }) => prompt.split('\n')[0]);
			expect(prompts).toEqual(Array.from({ length: generations }, () => PROMPT));
			expect(books.jobs.map((job) => job.generationsBilled)).toEqual(prompts.map(() => 1));
			expect(books.generationsBilled).toBe(generations);
		});

		it('a fault before it is accepted makes no job', async () => {
			const sandbox = await stage(paid);
			for (const kind of BEFORE) {
				sandbox.fault({ route, kind, location: '/' });
				await send(sandbox, paid);
			}
			expect(sandbox.books().jobs).toEqual([]);
		});
	},
);

const direct = PAID.filter(
	({ backend, dialect, what }) =>
		/jimeng|aiBatch|gemini/.test(backend) && dialect === undefined && what !== 'a batch',
);

it.each(direct.map((paid) => [`${paid.backend}, ${paid.what}`, paid] as const))(
	'%s that makes nothing is in the books and costs nothing, although its answer is lost',
	async (_name, paid) => {
		const sandbox = await stage(paid);
		const prompt = `${PROMPT} [fail:INTERNAL]`;
		sandbox.fault({ route: paid.route ?? 'generate', kind: '504AfterAccept' });
		await send(sandbox, {
			...paid,
			body: JSON.parse(JSON.stringify(paid.body).replaceAll(PROMPT, prompt)) as object,
		});
		expect(sandbox.books()).toMatchObject({
			generationsBilled: 0,
			jobs: [{ status: 'failed', prompt, generationsBilled: 0 }],
		});
	},
);
