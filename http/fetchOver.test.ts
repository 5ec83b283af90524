import type { ApiRequest, ApiTransport } from './apiClient';
import { fetchOver } from './fetchOver';

const baseUrl = 'http://api.example/prefix';
const sent: ApiRequest[] = [];
const transport = {
	send: (request: ApiRequest) =>
		Promise.resolve((sent.push(request), { status: 200, headers: { 'x-answer': 'yes' }, text: '{"ok":true}' })),
} as unknown as ApiTransport;
const fetching = (check: () => void = () => undefined) =>
	fetchOver(transport, { baseUrl, check, timeoutMs: 7, maxBytes: 9 });

beforeEach(() => sent.splice(0));

it('sends what a fetch would, by the API plane and within its bounds', async () => {
	const answer = await fetching()(`${baseUrl}/v1/things?limit=2`, {
		method: 'POST',
		headers: { 'X-Own': 'a' },
		body: '{"a":1}',
	});
	expect(sent).toEqual([
		{
			method: 'POST',
			path: '/v1/things?limit=2',
			headers: { 'x-own': 'a' },
			text: '{"a":1}',
			timeoutMs: 7,
			maxBytes: 9,
		},
	]);
	expect([answer.ok, answer.headers.get('x-answer'), await answer.json()]).toEqual([true, 'yes', { ok: true }]);
});

it('takes a Request as well', async () => {
	await fetching()(new Request(`${baseUrl}/v1/things`));
	expect(sent).toMatchObject([{ method: 'GET', path: '/v1/things' }]);
});

it.each(['http://elsewhere.example/v1', 'http://api.example/prefixed/v1', 'http://api.example/'])(
	'fetches nothing from %s',
	async (url) => {
		await expect(fetching()(url)).rejects.toMatchObject({ code: 'invalidRequest', delivery: 'notSent' });
		expect(sent).toEqual([]);
	},
);

it('what the check throws comes through as it is', async () => {
	const refused = new Error('refused');
	await expect(
		fetching(() => {
			throw refused;
		})(`${baseUrl}/v1`),
	).rejects.toBe(refused);
});
