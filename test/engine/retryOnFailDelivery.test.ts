import { packMemory } from '../../nodes/execution/memory';
import { backendsBench } from './backends';

const { run, sandbox } = backendsBench(['imageSaas']);

it('what the last of several tries returned counts as delivered, though an earlier one has failed', async () => {
	// The first try fails before the provider accepts it; the second gets its job.
	sandbox('imageSaas').fault({ route: 'generate', kind: '403', times: 1 });
	const result = await run(
		[{ prompt: 'A cat' }],
		[
			{
				name: 'Generate',
				type: 'imageGenerate',
				parameters: { provider: 'imageSaas', prompt: '={{ $json.prompt }}', options: {} },
				settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 },
			},
		],
	);
	expect(result.error).toBeUndefined();
	const memory = await packMemory();
	const delivered = async () =>
		(await memory.journal.list({ credentialIds: ['imageSaasApi'], limit: 10 })).map(
			({ deliveredAt }) => deliveredAt !== null,
		);
	for (let n = 0; n < 50 && !(await delivered()).includes(true); n++)
		await new Promise((resolve) => setTimeout(resolve, 20));
	expect(await delivered()).toEqual([true]);
}, 30_000);
