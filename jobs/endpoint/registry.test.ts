import { imageSaas } from '../../providers/imageSaas/definition';
import type { Json, Memory } from '../../memory/memory';
import { settle } from '../../test/support/virtualClock';
import { Endpoint } from './endpoint';
import { endpointOf, idleMs, rememberWith } from './registry';

afterEach(() => jest.restoreAllMocks());

const credential = { baseUrl: 'https://images.example', apiKey: 'img_one', requestsPerMinute: 60, jobsInFlight: 5 };

it('the same credential gives the same endpoint, at once or later', async () => {
	const [a, b] = await Promise.all([endpointOf(imageSaas, credential), endpointOf(imageSaas, { ...credential })]);
	expect(a).toBe(b);
	expect(await endpointOf(imageSaas, { ...credential, baseUrl: 'https://images.example/' })).toBe(a);
});

it.each([
	{ baseUrl: 'https://other.example' },
	{ apiKey: 'img_two' },
	{ requestsPerMinute: 30 },
	{ jobsInFlight: 0 },
	{ allowedHosts: 'minio' },
])('another %j is another endpoint', async (patch) => {
	expect(await endpointOf(imageSaas, { ...credential, ...patch })).not.toBe(await endpointOf(imageSaas, credential));
});

it('another provider with the same credential gives another endpoint', async () => {
	expect(await endpointOf({ ...imageSaas, id: 'other' }, credential)).not.toBe(
		await endpointOf(imageSaas, credential),
	);
});

it('an unusable credential fails with the name of the field', async () => {
	await expect(endpointOf(imageSaas, { ...credential, apiKey: '' })).rejects.toMatchObject({
		code: 'invalidRequest',
		message: expect.stringContaining('apiKey') as string,
	});
});

/** A clock for the registry and its endpoints. */
function timeOf(start: number) {
	let now = start;
	jest.spyOn(performance, 'now').mockImplementation(() => now);
	return { pass: (ms: number) => (now += ms) };
}

it('an endpoint that was unused for an hour is released, one in use is not', async () => {
	const time = timeOf(1e12);
	const idle = await endpointOf(imageSaas, { ...credential, apiKey: 'img_idle' });
	const used = await endpointOf(imageSaas, { ...credential, apiKey: 'img_used' });
	time.pass(idleMs - 1);
	expect(await endpointOf(imageSaas, { ...credential, apiKey: 'img_used' })).toBe(used);
	time.pass(2);
	expect(await endpointOf(imageSaas, { ...credential, apiKey: 'img_used' })).toBe(used);
	expect(await endpointOf(imageSaas, { ...credential, apiKey: 'img_idle' })).not.toBe(idle);
});

it('an endpoint at which a job runs or a wait lasts is kept until both are over', async () => {
	const time = timeOf(1e12);
	const own = { ...credential, apiKey: 'img_busy' };
	const endpoint = await endpointOf(imageSaas, own);
	endpoint.began('job-1', { prompt: 'A cat', count: 1 });
	time.pass(2 * idleMs);
	await endpointOf(imageSaas, credential);
	expect(await endpointOf(imageSaas, own)).toBe(endpoint);
	time.pass(30 * idleMs);
	await endpointOf(imageSaas, credential);
	expect(await endpointOf(imageSaas, own)).not.toBe(endpoint);
});

it('a thousand credentials that are used once leave nothing in memory', async () => {
	const time = timeOf(1e12);
	const seen: Array<WeakRef<Endpoint>> = [];
	for (let n = 0; n < 1_000; n++) {
		seen.push(new WeakRef(await endpointOf(imageSaas, { ...credential, apiKey: `img_${n}` })));
		time.pass(idleMs / 10);
	}
	const fresh = await Promise.all(
		[0, 500, 980].map((n) => endpointOf(imageSaas, { ...credential, apiKey: `img_${n}` })),
	);
	expect(fresh.map((endpoint, index) => endpoint === seen[[0, 500, 980][index] ?? 0]?.deref())).toEqual([
		false,
		false,
		false,
	]);
});

it('endpoints read the memory as soon as it is opened, also those made before', async () => {
	const scopes: string[] = [];
	const rate: Json = { count: 3, windowMs: 60_000, since: Date.now() };
	const learned: Memory['learned'] = {
		read: async (scope) => (scopes.push(scope), { rate }),
		write: () => undefined,
		flush: () => Promise.resolve(),
	};
	const unlimited = { ...credential, requestsPerMinute: 0 };
	const before = await endpointOf(imageSaas, { ...unlimited, apiKey: 'img_before' });
	await settle();
	expect(before.requestsPerMinute).toBeNull();
	const memory = { learned, digest: (purpose: string, text: string) => `${purpose} ${text.length}` };
	rememberWith(memory);
	await settle();
	expect(before.requestsPerMinute).toBe(3);
	const after = await endpointOf(imageSaas, { ...unlimited, apiKey: 'img_after' });
	await settle();
	expect(after.requestsPerMinute).toBe(3);
	expect(new Set(scopes)).toEqual(new Set(['endpoint endpoint 64']));
});

it('what an endpoint learns is written to the memory, in the scope of the endpoint', async () => {
	const written: Array<[string, readonly string[]]> = [];
	const learned: Memory['learned'] = {
		read: async () => ({}),
		write: (scope, values) => void written.push([scope, Object.keys(values)]),
		flush: () => Promise.resolve(),
	};
	rememberWith({ learned, digest: (purpose: string) => `digest of ${purpose}` });
	const own = { ...credential, requestsPerMinute: 0, apiKey: 'img_learns' };
	const endpoint = await endpointOf(imageSaas, own);
	await settle();
	endpoint.learned.change('breaker', () => null);
	expect(written).toEqual([['endpoint digest of endpoint', ['breaker']]]);
});
