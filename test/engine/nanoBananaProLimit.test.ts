import { NanoBananaProApi } from '../../credentials/NanoBananaProApi.credentials';
import type { Job } from '../../model/job';
import { backendsBench } from './backends';

const { sandbox, run } = backendsBench(['nanoBananaPro']);

/** A credential with its default values. */
const untouched = Object.fromEntries(
	new NanoBananaProApi().properties.map(({ name, default: value }) => [name, value]),
);

it.each([
	['v1.6', 'document', 1],
	['tasks', 'real', 21],
] as const)(
	'105 pictures by %s never exceed the 10 requests a second that the server allows a client (%s, %i a job)',
	async (api, dialect, count) => {
		const backend = sandbox('nanoBananaPro');
		backend.settings({ dialect, requestsPerSecond: 10, burst: 20, jobDurationMs: 1_500 });
		const credentials = {
			nanoBananaProApi: { ...untouched, baseUrl: backend.url, api, geminiApiKey: 'gemini-key-1' },
		};
		const items = Array.from({ length: 105 / count }, (_, n) => ({ prompt: `Picture ${n}` }));
		const result = await run(
			items,
			[
				{
					name: 'Generate',
					type: 'imageGenerate',
					parameters: { provider: 'nanoBananaPro', prompt: '={{ $json.prompt }}', count },
				},
			],
			{ credentials },
		);
		expect(result.error).toBeUndefined();
		expect(
			result
				.output('Generate')
				.map(({ json, binary }) => [(json['job'] as unknown as Job).status, Object.keys(binary ?? {}).length]),
		).toEqual(items.map(() => ['succeeded', count]));
		expect(backend.books().tooManyRequests).toBe(0);
	},
	120_000,
);
