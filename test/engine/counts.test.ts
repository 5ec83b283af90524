import type { NodeExecutionHint } from 'n8n-workflow';
import { backendsBench } from './backends';
import type { RunResult } from './harness';

const { run, sandbox } = backendsBench(['imageSaas', 'gemini']);

const generate = (parameters: object = {}) => ({
	name: 'Generate',
	type: 'imageGenerate',
	parameters: { provider: 'imageSaas', prompt: '={{ $json.prompt }}', ...parameters },
});
const poll = { name: 'Poll', type: 'imagePoll', parameters: {} };
const prompts = (...texts: string[]) => texts.map((prompt) => ({ prompt }));
const hintsOf = (result: RunResult, node: string): NodeExecutionHint[] =>
	result.run.data.resultData.runData[node]?.flatMap(({ hints = [] }) => hints) ?? [];

it('the output of Generate and Poll says how many jobs succeeded; no price is known, so no cost is named', async () => {
	const result = await run(prompts('A fox', 'An owl'), [generate({ wait: false, count: 2 }), poll]);
	const info = { type: 'info', location: 'outputPane' };
	expect(hintsOf(result, 'Generate')).toEqual([{ message: '2 jobs: 2 running.', ...info }]);
	expect(hintsOf(result, 'Poll')).toEqual([{ message: '2 jobs: 2 succeeded. 4 images.', ...info }]);
});

it('a failure makes it a warning with the first error, in Generate and in Poll', async () => {
	const items = prompts('A fox', 'Bad [fail:SERVICE_OVERLOAD]');
	const [first] = hintsOf(await run(items, [generate()]), 'Generate');
	expect(first).toMatchObject({
		message: expect.stringMatching(
			/^2 jobs: 1 succeeded, 1 failed\. 1 image\. The first error: overloaded, .*job\.error; Image Poll/,
		) as string,
		type: 'warning',
	});
	const [second] = hintsOf(await run(items, [generate({ wait: false }), poll]), 'Poll');
	expect(second).toMatchObject({
		message: expect.stringMatching(/^2 jobs: 1 succeeded, 1 failed\. 1 image\. .*Failed output/) as string,
		type: 'warning',
	});
});

it('one job without a failure needs no line', async () => {
	const result = await run(prompts('A fox'), [generate(), poll]);
	expect([...hintsOf(result, 'Generate'), ...hintsOf(result, 'Poll')]).toEqual([]);
});

it('names the cost that the provider reports', async () => {
	const result = await run(prompts('A fox', 'An owl'), [generate({ provider: 'gemini' }), poll]);
	const items = result.output('Generate');
	const usd = items.reduce((sum, { json }) => sum + (json['usage'] as { estimatedUsd: number }).estimatedUsd, 0);
	expect(usd).toBeGreaterThan(0.01);
	const named = /^2 jobs: 2 succeeded\. 2 images, (0\.\d+) USD \(published prices\)\.$/;
	for (const node of ['Generate', 'Poll']) {
		const [hint] = hintsOf(result, node);
		expect(Number(named.exec(hint?.message ?? '')?.[1])).toBeCloseTo(usd, 4);
	}
});

it('names the cost by the price of the user, and what was not paid again', async () => {
	const priced = (idempotencyKey: string) =>
		generate({ count: 3, options: { idempotencyKey, budget: { limits: { pricePerImage: 0.05 } } } });
	await run(prompts('A fox'), [priced('={{ "row " + $json.prompt }}')]);
	const result = await run(prompts('A fox', 'An owl'), [priced('={{ "row " + $json.prompt }}')]);
	expect(hintsOf(result, 'Generate').map(({ message }) => message)).toEqual([
		'2 jobs: 2 succeeded. 6 images, 0.15 USD (your price per image). 1 job was made before and not paid for again.',
	]);
	expect(sandbox('imageSaas').books().jobs).toHaveLength(2);
});
