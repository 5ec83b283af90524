import { startTestClient, type TestClient } from '../testClient';

let client: TestClient;

beforeAll(async () => {
	client = await startTestClient();
});
afterAll(() => client.sandbox.close());

type Operation = {
	security?: unknown[];
	requestBody?: { content: Record<string, { schema: { properties: Record<string, unknown>; required: string[] } }> };
};

test('the description holds the five endpoints, all but health behind the bearer key', async () => {
	const { json } = await client.call('GET', '/docs/json');
	const paths = json['paths'] as Record<string, Record<string, Operation>>;
	const operations = Object.entries(paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, { security }]) => [method, path, security !== undefined]),
	);
	expect(operations).toEqual([
		['get', '/health', false],
		['post', '/v1/images/generate', true],
		['get', '/v1/jobs', true],
		['get', '/v1/jobs/{jobId}', true],
		['delete', '/v1/jobs/{jobId}', true],
	]);
	const body = paths['/v1/images/generate']?.['post']?.requestBody?.content['application/json']?.schema;
	expect(body?.required).toEqual(['prompt']);
	expect(Object.keys(body?.properties ?? {})).toEqual([
		'prompt',
		'mode',
		'inputImageUrl',
		'resolution',
		'aspectRatio',
		'sampleCount',
	]);
	expect(json['components']).toMatchObject({ securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } });
});

test('the page loads everything from the sandbox itself, and is not counted', async () => {
	const page = await client.call('GET', '/docs');
	const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => String(match[1]));
	expect(links.length).toBeGreaterThan(3);
	for (const link of links) {
		const url = new URL(link, `${client.sandbox.url}/docs`);
		expect(url.origin).toBe(client.sandbox.url);
		expect((await fetch(url)).status).toBe(200);
	}
	expect(client.sandbox.books().requests).toEqual({});
});
