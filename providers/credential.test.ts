import { readPool } from './credential';
import { imageSaasAdapter } from './imageSaas/adapter';

const read = (patch: object = {}) =>
	imageSaasAdapter.endpoint({
		baseUrl: 'https://images.example/',
		apiKey: ' img_key ',
		webhookSecret: 'whsec',
		requestsPerMinute: 60,
		jobsInFlight: 5,
		allowedHosts: 'Minio:9000, ,files.local',
		...patch,
	});

it('reads what is needed, without the slash and the spaces people paste', () => {
	expect(read()).toEqual({
		baseUrl: 'https://images.example',
		headers: { Authorization: 'Bearer img_key' },
		secrets: ['img_key', 'whsec'],
		limits: { requestsPerMinute: 60, jobsInFlight: 5 },
		allowedHosts: ['minio:9000', 'files.local'],
		own: { apiKey: 'img_key' },
	});
});

it.each([[0], ['0'], [''], [undefined]])('a limit of %j is none', (limit) => {
	expect(read({ requestsPerMinute: limit, jobsInFlight: limit }).limits).toEqual({
		requestsPerMinute: null,
		jobsInFlight: null,
	});
});

it.each([
	['no base URL', { baseUrl: '' }, /Base URL/],
	['another scheme', { baseUrl: 'ftp://images.example' }, /Base URL is not an http/],
	['a password in the URL', { baseUrl: 'https://a:b@images.example' }, /must not contain a user name/],
	['a password alone in the URL', { baseUrl: 'https://:b@images.example' }, /must not contain a user name/],
	['a query', { baseUrl: 'https://images.example/?a=1' }, /must not contain/],
	['an empty key', { apiKey: ' ' }, /API Key is empty/],
	['a limit below zero', { requestsPerMinute: -1 }, /requestsPerMinute/],
	['a limit that is no number', { jobsInFlight: 'many' }, /jobsInFlight/],
])('%s is rejected with the name of the field', (_what, patch, message) => {
	expect(() => read(patch)).toThrow(message);
});

it('no error contains the key', () => {
	expect(() => read({ apiKey: 'img_super_secret', baseUrl: 'nonsense' })).toThrow(
		expect.not.objectContaining({ message: expect.stringContaining('img_super_secret') as string }) as Error,
	);
});

describe('the endpoints of a credential', () => {
	const own = { baseUrl: 'https://a.example', apiKey: 'key-1', requestsPerMinute: 60 };

	it('are only the endpoint of its own fields if no others are listed', () => {
		const alone = [{ name: 'main', priority: 0, weight: 1, models: [], credential: own }];
		expect(readPool(own, 'apiKey')).toEqual(alone);
		expect(readPool({ ...own, moreEndpoints: {} }, 'apiKey')).toEqual(alone);
	});

	it('have in common what a further one leaves empty, and its key is the field the provider names', () => {
		const endpoint = [
			{ name: '', baseUrl: '', key: 'key-2', priority: 1, weight: 2, models: 'a, b', requestsPerMinute: 0 },
			{ name: 'far', baseUrl: 'https://b.example', key: '' },
		];
		expect(readPool({ ...own, moreEndpoints: { endpoint } }, 'apiKey').slice(1)).toEqual([
			{
				name: 'endpoint 2',
				priority: 1,
				weight: 2,
				models: ['a', 'b'],
				credential: { ...own, apiKey: 'key-2', requestsPerMinute: 0 },
			},
			{ name: 'far', priority: 1, weight: 1, models: [], credential: { ...own, baseUrl: 'https://b.example' } },
		]);
	});

	it('have names of their own and a weight above nothing', () => {
		expect(() =>
			readPool({ ...own, moreEndpoints: { endpoint: [{ name: 'b' }, { name: 'b' }] } }, 'apiKey'),
		).toThrow('names two endpoints "b"');
		expect(() => readPool({ ...own, moreEndpoints: { endpoint: [{ weight: 0 }] } }, 'apiKey')).toThrow(
			'Weight is not above 0',
		);
	});
});

it('a further endpoint has limits of its own, also none, and models without empty names', () => {
	const own = { baseUrl: 'https://a.example', apiKey: 'key-1', requestsPerMinute: 60, jobsInFlight: 4 };
	const endpoint = [
		{ name: 'own', requestsPerMinute: 5, jobsInFlight: 2, models: ' a ,, b,' },
		{ name: 'none', requestsPerMinute: 0, jobsInFlight: 0 },
		{ name: 'same' },
	];
	const pool = readPool({ ...own, moreEndpoints: { endpoint } }, 'apiKey').slice(1);
	expect(pool.map(({ credential }) => [credential['requestsPerMinute'], credential['jobsInFlight']])).toEqual([
		[5, 2],
		[0, 0],
		[60, 4],
	]);
	expect(pool.map(({ models }) => models)).toEqual([['a', 'b'], [], []]);
});
