import { startTestClient, type TestClient } from '../testClient';

let client: TestClient;

beforeAll(async () => {
	client = await startTestClient({ apiKeys: { busy_key: 'busy' } });
});
beforeEach(() => client.sandbox.reset());
afterAll(() => client.sandbox.close());

const busy = { authorization: 'Bearer busy_key' };

test('past jobs are in the history with their age and images; nothing is billed, no webhook is sent', async () => {
	const entered = await client.call('POST', '/__sandbox/past-jobs', [
		{ prompt: 'A fox', aspectRatio: '16:9', ageDays: 40 },
		{ prompt: 'An owl', sampleCount: 2, ageDays: 1 },
	]);
	expect(entered.status).toBe(200);
	const { items } = (await client.call('GET', '/v1/jobs?status=SUCCEEDED')).json as {
		items: Array<{ id: string; createdAt: string; resultUrls: string[] }>;
	};
	expect(items.map(({ id }) => id)).toEqual((entered.json['jobIds'] as string[]).toReversed());
	const ages = items.map(({ createdAt }) => Math.round((Date.now() - Date.parse(createdAt)) / 86_400_000));
	expect(ages).toEqual([1, 40]);
	const job = (await client.call('GET', `/v1/jobs/${items[0]?.id ?? ''}`)).json;
	expect(job['resultUrls']).toHaveLength(2);
	expect((await fetch(String((job['resultUrls'] as string[])[1]))).status).toBe(200);
	expect(client.sandbox.books()).toMatchObject({ generationsBilled: 0, webhooks: [] });
});

test('of the jobs of a tenant every n-th fails; jobs of others do not', async () => {
	client.sandbox.settings({ failEvery: { busy: 2 } });
	const ends: string[] = [];
	for (let index = 0; index < 4; index++) {
		const jobId = await client.submit({ prompt: `${index}` }, busy);
		await client.reach(await client.submit({ prompt: `${index}` }), 'SUCCEEDED');
		const of = async () => (await client.call('GET', `/v1/jobs/${jobId}`, undefined, busy)).json;
		let job = await of();
		while (!['SUCCEEDED', 'FAILED'].includes(String(job['status']))) job = await of();
		ends.push(String(job['status']));
	}
	expect(ends).toEqual(['SUCCEEDED', 'FAILED', 'SUCCEEDED', 'FAILED']);
});
