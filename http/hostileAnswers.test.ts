import { gzipSync } from 'node:zlib';
import { z } from 'zod4';
import { growthOf } from '../test/support/growth';
import { type Loopback, loopback } from '../test/support/loopback';
import { createApiClient } from './apiClient';
import { readAnswer } from './json';
import { recordFigure } from '../test/support/figures';

let server: Loopback;
const bodies = new Map<string, Buffer>();
beforeAll(async () => {
	server = await loopback((request, response) =>
		response.writeHead(200, { 'content-encoding': 'gzip' }).end(bodies.get(request.url ?? '')),
	);
});
let worst = 0;
afterAll(async () => {
	await server.close();
	recordFigure('answers.growth', `${worst.toFixed(0)} times the time at worst`);
});

it.each([
	['characters that begin a tag', '<', '', /is not JSON/],
	['objects', '{},', '[', /has more than 100000 values/],
	['open lists', '[', '', /is nested deeper than 64 levels/],
	['escaped quotes', '\\"', '["', /has more than 4000000 characters outside of texts/],
])(
	'an answer of %s alone takes time in proportion to its length',
	async (_what, unit, begin, message) => {
		const api = createApiClient({ baseUrl: server.url, headers: {}, secrets: ['a-secret-key'] });
		const smallest = 200_000;
		for (const size of [smallest, 10 * smallest, 100 * smallest])
			bodies.set(`/${size}`, gzipSync(begin + unit.repeat(size), { level: 1 }));
		const read = async (size: number) =>
			readAnswer(
				z.array(z.unknown()),
				await api.send({ method: 'GET', path: `/${size}`, maxBytes: 256 * 1024 * 1024 }),
				'The list',
			);
		await expect(read(100 * smallest)).rejects.toThrow(message);
		const factor = await growthOf((size) => read(size).catch(() => undefined), 10 * smallest);
		expect(factor).toBeLessThan(40);
		worst = Math.max(worst, factor);
	},
	60_000,
);
