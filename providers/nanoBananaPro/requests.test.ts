import type { ImageRequest, Reference } from '../../model/request';
import { jsonServer, type Reply } from '../../test/support/jsonServer';
import { countingCall, enough, submitCall } from '../../test/support/providerCalls';
import { nanoBananaProAdapter } from './adapter';

function session(api: 'v1.6' | 'tasks', reply: Reply, more: object = {}) {
	const server = jsonServer(() => reply);
	const fields = { baseUrl: 'https://n.example', api, geminiApiKey: 'AIza', ...more };
	return {
		...server,
		...nanoBananaProAdapter.connect(nanoBananaProAdapter.endpoint(fields), server.transport),
	};
}

const file: Reference = {
	kind: 'binary',
	fileName: 'a.png',
	mimeType: 'image/png',
	bytes: 10,
	open: () => Promise.reject(new Error('not read here')),
};
const request: ImageRequest = { prompt: 'A fox', count: 1 };
const accepted = {
	'v1.6': { body: { code: 0, data: { id: 'a', status: 'processing' } } },
	tasks: { body: { code: 0, data: { task_id: 'a', status: 'pending' } } },
};

it.each<['v1.6' | 'tasks', ImageRequest]>([
	['v1.6', request],
	['v1.6', { ...request, references: [file] }],
	['tasks', request],
	['tasks', { ...request, references: [file] }],
])('a stop reaches the paid request of the %s API, %j', async (api, what) => {
	const { submit, asked } = session(api, accepted[api]);
	const { signal } = new AbortController();
	const { call, ids } = countingCall({ signal });
	await submit(what, call);
	expect([...ids]).toEqual([[0, 'a']]);
	expect(asked).toHaveLength(1);
	expect(asked[0]?.signal).toBe(signal);
	expect(asked[0]?.form !== undefined).toBe('references' in what);
});

it.each([
	['is not sent', undefined],
	['and was given up fails with the reason for that', enough],
])('v1.6: a request without a Gemini API key %s', async (_what, givenUp) => {
	const { submit, asked } = session('v1.6', accepted['v1.6'], { geminiApiKey: '' });
	const { call, parts } = countingCall({ givenUp });
	await expect(submit(request, call)).rejects.toMatchObject(
		givenUp ?? {
			code: 'invalidRequest',
			delivery: 'notSent',
			message: expect.stringContaining('Gemini API Key') as string,
			hint: 'Open the credential and fill it in',
		},
	);
	expect([parts, asked]).toEqual([[], []]);
});

it('v1.6: a job that exists is given without a Gemini API key', async () => {
	const { submit, paths } = session('v1.6', accepted['v1.6'], { geminiApiKey: '' });
	expect((await submit(request, submitCall({ made: new Map([[0, 'a']]) }))).job.id).toBe('a');
	expect(paths()).toEqual([]);
});
