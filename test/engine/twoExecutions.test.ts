import type { Job } from '../../model/job';
import { backendsBench } from './backends';

const { sandbox, run } = backendsBench(['imageSaas']);

const prompts = (name: string, n: number) => Array.from({ length: n }, (_, index) => ({ prompt: `${name} ${index}` }));
const generate = {
	name: 'Generate',
	type: 'imageGenerate',
	parameters: { provider: 'imageSaas', prompt: '={{ $json.prompt }}', download: false },
};

it('two executions at once against one tenant keep its limits together, and each gets its own', async () => {
	// The limit per minute leaves too few requests for many polls.
	sandbox('imageSaas').settings({ requestsPerMinute: 120, maxConcurrent: 3, jobDurationMs: 300 });
	const credentials = {
		imageSaasApi: {
			baseUrl: sandbox('imageSaas').url,
			apiKey: 'img_test_dev_123456789',
			requestsPerMinute: 120,
			jobsInFlight: 3,
		},
	};
	const results = await Promise.all(
		['Red', 'Blue'].map(async (name) => ({
			name,
			result: await run(prompts(name, 12), [generate], { credentials }),
		})),
	);
	for (const { name, result } of results) {
		const items = result.output('Generate');
		expect(items.map(({ json }) => (json['request'] as { prompt: string }).prompt)).toEqual(
			prompts(name, 12).map(({ prompt }) => prompt),
		);
		expect(items.every(({ json }) => (json['job'] as unknown as Job).status === 'succeeded')).toBe(true);
	}
	const books = sandbox('imageSaas').books();
	expect(books.jobs).toHaveLength(24);
	expect({ tooManyRequests: books.tooManyRequests, most: books.maxConcurrentJobs }).toEqual({
		tooManyRequests: 0,
		most: 3,
	});
	// Pacing is fair: neither execution gets all its jobs before the other gets its first.
	const order = books.jobs.map(({ prompt }) => prompt.split(' ')[0]);
	expect(order.slice(0, 12)).toContain('Red');
	expect(order.slice(0, 12)).toContain('Blue');
}, 60_000);
