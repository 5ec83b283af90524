import sharp from 'sharp';
import { startTestClient, type TestClient } from '../testClient';

let client: TestClient;

beforeAll(async () => {
	client = await startTestClient();
});
beforeEach(() => client.sandbox.reset());
afterAll(() => client.sandbox.close());

async function pictures(
	body: Record<string, unknown>,
): Promise<{ status: number; type: string | null; bytes: Buffer }[]> {
	const job = await client.reach(await client.submit(body), 'SUCCEEDED');
	return Promise.all(
		(job['resultUrls'] as string[]).map(async (url) => {
			const answer = await fetch(url);
			return {
				status: answer.status,
				type: answer.headers.get('content-type'),
				bytes: Buffer.from(await answer.arrayBuffer()),
			};
		}),
	);
}

test.each([
	[{}, 1024, 1024],
	[{ aspectRatio: 'Auto', resolution: '2K' }, 2048, 2048],
	[{ aspectRatio: '16:9' }, 1024, 576],
	[{ aspectRatio: '2:3' }, 683, 1024],
	[{ aspectRatio: '21:9', resolution: '2K' }, 2048, 878],
])('%j is a decodable PNG of %i × %i', async (body, width, height) => {
	const [picture] = await pictures({ prompt: 'A <b>"fox"</b> & \u0000 friends', ...body });
	expect(picture).toMatchObject({ status: 200, type: 'image/png' });
	const { info } = await sharp(picture?.bytes).raw().toBuffer({ resolveWithObject: true });
	expect([info.width, info.height]).toEqual([width, height]);
});

test('the samples of a job differ, and the same download gives the same bytes', async () => {
	const [first, second] = await pictures({ prompt: 'two', sampleCount: 2 });
	const [again] = await pictures({ prompt: 'two', sampleCount: 2 });
	expect(first?.bytes.equals(second?.bytes ?? Buffer.alloc(0))).toBe(false);
	expect(first?.bytes.equals(again?.bytes ?? Buffer.alloc(0))).toBe(true);
	expect(client.sandbox.books().downloads).toBe(4);
});

test('markers make the named file invalid', async () => {
	const [good, bad] = await pictures({ prompt: '[bad-image:2]', sampleCount: 2 });
	expect(good?.bytes.subarray(1, 4).toString()).toBe('PNG');
	expect([bad?.type, bad?.bytes.subarray(0, 9).toString()]).toEqual(['image/png', '<!doctype']);
	const [truncated] = await pictures({ prompt: '[truncated-image]' });
	await expect(sharp(truncated?.bytes, { failOn: 'truncated' }).raw().toBuffer()).rejects.toThrow();
	expect((await pictures({ prompt: '[empty-image]' }))[0]?.bytes).toHaveLength(0);
	expect((await pictures({ prompt: '[missing-image]' }))[0]?.status).toBe(404);
});

test('there is nothing before the end, and nothing beyond the samples', async () => {
	const running = await client.submit({ prompt: '[hang]' });
	expect((await client.call('GET', `/assets/${running}/image_1.png`)).status).toBe(404);
	const done = await client.submit({ prompt: 'x' });
	await client.reach(done, 'SUCCEEDED');
	for (const file of ['image_2.png', 'image_0.png', 'image_01.png', 'image_1.jpg', '..%2f..%2fpackage.json']) {
		expect((await client.call('GET', `/assets/${done}/${file}`)).status).toBe(404);
	}
});
