import { randomUUID } from 'node:crypto';
import type { INodeExecutionData } from 'n8n-workflow';
import type { Job } from '../../model/job';
import { waitUntil } from '../../scripts/lib/deadline';
import { backendsBench } from './backends';

const { sandbox, run } = backendsBench(['imageSaas', 'gemini']);

const jobOf = (item: INodeExecutionData | undefined) => item?.json['job'] as unknown as Job;
const prompts = (n: number) => Array.from({ length: n }, (_, index) => ({ prompt: `No. ${index}` }));
/** Each test has its own node, so that each has its own budget per day. */
const generate = (limits: object, parameters = {}, id = randomUUID()) => ({
	name: 'Generate',
	type: 'imageGenerate',
	settings: { id },
	parameters: {
		provider: 'imageSaas',
		prompt: '={{ $json.prompt }}',
		wait: false,
		options: { budget: { limits } },
		...parameters,
	},
});
const whenSubmitted = () =>
	waitUntil({ for: 'the job', withinMs: 5_000, everyMs: 10 }, () =>
		sandbox('imageSaas').books().jobs.length > 0 ? true : undefined,
	);
const codes = (items: INodeExecutionData[]) => items.map((item) => jobOf(item).error?.code ?? 'made');

it('items over the limit of the execution are not sent and say so; the others are made', async () => {
	const result = await run(prompts(5), [generate({ imagesPerExecution: 6 }, { count: 2 })]);
	const items = result.output('Generate');
	expect(codes(items)).toEqual(['made', 'made', 'made', 'quotaExceeded', 'quotaExceeded']);
	expect(jobOf(items[3]).error).toMatchObject({
		message:
			'The budget of this node does not allow it: 6 of 6 images were requested in this execution, and ' +
			'this item requests 2',
		hint: expect.stringContaining('Nothing was sent') as string,
	});
	expect(sandbox('imageSaas').books().jobs).toHaveLength(3);
});

it('the day counts all executions', async () => {
	const id = randomUUID();
	expect(codes((await run(prompts(2), [generate({ imagesPerDay: 3 }, {}, id)])).output('Generate'))).toEqual([
		'made',
		'made',
	]);
	expect(codes((await run(prompts(2), [generate({ imagesPerDay: 3 }, {}, id)])).output('Generate'))).toEqual([
		'made',
		'quotaExceeded',
	]);
});

it('a request that was not accepted costs nothing', async () => {
	const id = randomUUID();
	const limits = { imagesPerDay: 1 };
	const wrong = {
		imageSaasApi: { baseUrl: sandbox('imageSaas').url, apiKey: 'wrong', requestsPerMinute: 0, jobsInFlight: 0 },
	};
	expect((await run(prompts(1), [generate(limits, {}, id)], { credentials: wrong })).error?.message).toMatch(
		/401|key/i,
	);
	expect(codes((await run(prompts(1), [generate(limits, {}, id)])).output('Generate'))).toEqual(['made']);
});

it('a job that a stop canceled before it began costs nothing', async () => {
	const id = randomUUID();
	const waits = [{ prompt: 'Waits [queue]' }];
	await run(waits, [generate({ imagesPerDay: 1 }, { wait: true }, id)], {
		onStart: (stop) => void whenSubmitted().then(stop),
	});
	await waitUntil({ for: 'the cancellation', withinMs: 5_000 }, () =>
		sandbox('imageSaas').books().jobs[0]?.status === 'CANCELED' ? true : undefined,
	);
	expect(codes((await run(waits, [generate({ imagesPerDay: 1 }, {}, id)])).output('Generate'))).toEqual(['made']);
});

it('money is counted by the price the user names', async () => {
	const result = await run(prompts(3), [generate({ usdPerExecution: 0.1, pricePerImage: 0.04 })]);
	expect(codes(result.output('Generate'))).toEqual(['made', 'made', 'quotaExceeded']);
	expect(jobOf(result.output('Generate')[2]).error?.message).toMatch(
		/\$0\.080 of \$0\.100 are spent in this execution, and this item costs about \$0\.040/,
	);
});

it('uses the published price, and then the actual cost', async () => {
	const result = await run(prompts(3), [generate({ usdPerExecution: 0.08 }, { provider: 'gemini', wait: true })]);
	expect(codes(result.output('Generate'))).toEqual(['made', 'made', 'quotaExceeded']);
});

it('with a limit in dollars and no known price, nothing is sent', async () => {
	const result = await run(prompts(1), [generate({ usdPerDay: 5 })]);
	expect(result.error?.message).toMatch(/no price is known for this request/);
	expect(sandbox('imageSaas').books().requests).toEqual({});
});
