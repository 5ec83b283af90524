import { imageSaas } from '../../providers/imageSaas/definition';
import { type Loopback, loopback } from '../../test/support/loopback';
import { retainedBytes } from '../../test/support/retained';
import { type Moment, never, systemClock } from '../runtime/clock';
import type { Endpoint } from './endpoint';
import { endpointCount, endpointOf, idleMs, maxEndpoints } from './registry';

afterEach(() => {
	systemClock.now = now;
});

jest.setTimeout(60_000);

const credential = { baseUrl: 'https://images.example', apiKey: 'img_one', requestsPerMinute: 60, jobsInFlight: 5 };

const { now } = systemClock;

/** A clock for the registry and its endpoints. No mock of jest, which keeps every call. */
function timeOf(start: number) {
	let time = start;
	systemClock.now = () => time as Moment;
	return { pass: (ms: number) => (time += ms) };
}

/** Uses one credential each, and gives the endpoints. */
async function useAll(name: string, count: number): Promise<void> {
	for (let n = 0; n < count; n++)
		await endpointOf(imageSaas, { ...credential, requestsPerMinute: 0, apiKey: `img_${name}_${n}` });
}

it('any number of credentials within an hour is bounded, and the least recently used go first', async () => {
	timeOf(2e12);
	const first = await endpointOf(imageSaas, { ...credential, requestsPerMinute: 0, apiKey: 'img_first' });
	await useAll('many', maxEndpoints - 1);
	expect(await endpointOf(imageSaas, { ...credential, requestsPerMinute: 0, apiKey: 'img_first' })).toBe(first);
	await useAll('more', maxEndpoints);
	expect(endpointCount()).toBe(maxEndpoints);
	expect(await endpointOf(imageSaas, { ...credential, requestsPerMinute: 0, apiKey: 'img_first' })).not.toBe(first);
});

describe('an endpoint that still matters outlasts any number of others', () => {
	let server: Loopback;
	beforeAll(async () => {
		server = await loopback((request, response) => {
			response
				.writeHead(request.url?.includes('limited') ? 429 : 404, { 'retry-after': '90', connection: 'close' })
				.end('{}');
		});
	});
	afterAll(async () => await server.close());
	const ask = async ({ session }: Endpoint, id: string) => await session.poll?.([id], {}).catch(() => undefined);
	const cases: Array<[why: string, limit: number, use: (endpoint: Endpoint) => Promise<unknown> | undefined]> = [
		['its job holds a slot', 0, async ({ slots }) => (await slots.acquire()).assign('job-1')],
		['its last request counts for the limit', 5, async (endpoint) => await ask(endpoint, 'job-1')],
		['the provider asked for a pause', 0, async (endpoint) => await ask(endpoint, 'limited')],
	];
	it.each(cases)('%s', async (why, requestsPerMinute, use) => {
		const time = timeOf(3e12);
		const own = { ...credential, baseUrl: server.url, requestsPerMinute, apiKey: `img_${why}` };
		const endpoint = await endpointOf(imageSaas, own);
		await use(endpoint);
		await useAll(`beside ${why}`, 2 * maxEndpoints);
		expect(await endpointOf(imageSaas, own)).toBe(endpoint);
		endpoint.slots.settle('job-1');
		time.pass(idleMs / 2);
		await useAll(`after ${why}`, maxEndpoints);
		expect(await endpointOf(imageSaas, own)).not.toBe(endpoint);
	});

	it('an execution waits for its job', async () => {
		timeOf(4e12);
		const own = { ...credential, baseUrl: server.url, apiKey: 'img_waits' };
		const endpoint = await endpointOf(imageSaas, own);
		const stop = new AbortController();
		const wait = endpoint.jobs.wait('job-1', { deadline: never, signal: stop.signal });
		await useAll('beside a wait', 2 * maxEndpoints);
		expect(await endpointOf(imageSaas, own)).toBe(endpoint);
		stop.abort();
		await expect(wait).rejects.toMatchObject({ code: 'canceled' });
	});
});

it('ten times the credentials leave no more in memory, also before the memory is opened', async () => {
	await useAll('few', maxEndpoints);
	const few = await retainedBytes();
	await useAll('ten times as many', 10 * maxEndpoints);
	const grown = (await retainedBytes()) - few;
	// One endpoint takes several kilobytes.
	expect(grown / (9 * maxEndpoints)).toBeLessThan(500);
});
