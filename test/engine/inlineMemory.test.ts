import sharp from 'sharp';
import { type Loopback, loopback } from '../support/loopback';
import { retainedBytes } from '../support/retained';
import { runChain, startEngine, stopEngine } from './harness';

/** A direct answer of Gemini with a picture inside, of three bytes for each pixel. */
async function answerWith(side: number): Promise<{ body: Buffer; bytes: number }> {
	const noise = { type: 'gaussian' as const, mean: 128, sigma: 80 };
	const picture = await sharp({ create: { width: side, height: side, channels: 3, noise, background: '#888' } })
		.png({ compressionLevel: 0 })
		.toBuffer();
	const inlineData = { mimeType: 'image/png', data: picture.toString('base64') };
	const candidates = [{ content: { parts: [{ inlineData }] }, finishReason: 'STOP' }];
	return { body: Buffer.from(JSON.stringify({ candidates })), bytes: picture.length };
}

let server: Loopback;
let picture: Awaited<ReturnType<typeof answerWith>>;
beforeAll(async () => {
	await startEngine();
	server = await loopback((request, response) => {
		request.resume().once('end', () => {
			response.writeHead(200, { 'content-type': 'application/json' }).end(picture.body);
		});
	});
});
afterAll(async () => {
	await server.close();
	await stopEngine();
});

async function generate(count: number): Promise<void> {
	const items = Array.from({ length: count }, (_, n) => ({ prompt: `No. ${n}` }));
	const parameters = { provider: 'gemini', prompt: '={{ $json.prompt }}', maxWait: 3_600 };
	const { error, output } = await runChain({
		credentials: {
			geminiImageApi: {
				...{ endpoint: 'official', apiKey: 'AIza-memory-key', baseUrl: server.url },
				...{ requestsPerMinute: 0, jobsInFlight: 0 },
			},
		},
		nodes: [
			{ name: 'In', type: 'items', parameters: { items } },
			{ name: 'Generate', type: 'imageGenerate', parameters },
		],
	});
	expect(error).toBeUndefined();
	const made = output('Generate');
	expect(made.map(({ binary }) => Object.keys(binary ?? {}))).toEqual(items.map(() => ['image_0']));
}

it('of 20 pictures that came inside the answers, nothing is in memory after their execution', async () => {
	// What is loaded and made with the first pictures does not count.
	picture = await answerWith(64);
	await generate(20);
	picture = await answerWith(1_830);
	const before = await retainedBytes();
	await generate(20);
	const after = await retainedBytes();
	expect(after - before).toBeLessThan(picture.bytes);
}, 120_000);
