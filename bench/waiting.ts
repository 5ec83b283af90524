import type { Report } from './report';
import { pollingLoop } from './rivals';
import { type BenchStage, chain, pack, promptsFrom, promptsOf } from './stage';

const executions = 1_000;
const jobMs = 90_000;
const windowMs = 20_000;

interface Cost {
	requestsPerSecond: number;
	megabytes: number;
	lagMeanMs: number;
	lagP99Ms: number;
}

/** Starts all executions. When all their jobs are at the provider, measures the cost of waiting for a while. */
async function costOf(stage: BenchStage, path: string): Promise<Cost> {
	stage.sandbox.reset();
	stage.sandbox.settings({ jobDurationMs: jobMs, jobDurationJitter: 0 });
	const begin = async (prompt: string) => {
		const answer = await fetch(`${stage.n8n.url}/webhook/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ prompts: [prompt] }),
		});
		await answer.text();
	};
	// The modules that the first executions load do not count as a cost of waiting.
	await begin('First');
	await sleep(3_000);
	const idle = stage.residentMegabytes();
	const prompts = promptsOf(executions);
	const worker = async () => {
		for (let prompt = prompts.pop(); prompt !== undefined; prompt = prompts.pop()) await begin(prompt);
	};
	await Promise.all(Array.from({ length: 10 }, worker));
	while (stage.sandbox.books().jobs.length < executions + 1) await sleep(200);
	await sleep(3_000);
	const asked = () => Object.values(stage.sandbox.books().requests).reduce((sum, count) => sum + count, 0);
	await stage.eventLoopDelay();
	const before = asked();
	const since = Date.now();
	await sleep(windowMs);
	const requestsPerSecond = ((asked() - before) * 1_000) / (Date.now() - since);
	const megabytes = (stage.residentMegabytes() - idle) / executions;
	const { mean, p99 } = await stage.eventLoopDelay();
	return { requestsPerSecond, megabytes, lagMeanMs: mean, lagP99Ms: p99 };
}

const sleep = async (ms: number) => await new Promise((resolve) => setTimeout(resolve, ms));

/** Benchmark 4: a thousand executions that each wait for one job. */
export async function waiting(withStage: <T>(run: (stage: BenchStage) => Promise<T>) => Promise<T>): Promise<Report> {
	const ours = await withStage(async (stage) => {
		const credentials = { imageSaasApi: await stage.credential() };
		await stage.publish(
			chain('Ours', [
				...promptsFrom('wait-ours'),
				{
					name: 'Generate',
					type: `${pack}imageGenerate`,
					typeVersion: 1,
					credentials,
					parameters: {
						provider: 'imageSaas',
						prompt: "={{ $json['body.prompts'] }}",
						download: false,
						options: {},
					},
				},
			]),
		);
		return await costOf(stage, 'wait-ours');
	});
	const rival = await withStage(async (stage) => {
		await stage.publish(pollingLoop(stage, 'wait-rival', { batchSize: 1, waitSeconds: 5 }));
		return await costOf(stage, 'wait-rival');
	});
	return {
		id: 'waiting',
		title:
			`4. Cost of waiting: ${executions} executions that each wait for one job ` +
			`of ${jobMs / 1_000} s, in one n8n`,
		figures: [
			{ name: 'requests to the provider, ours', value: ours.requestsPerSecond, unit: '/s' },
			{ name: 'requests to the provider, rival, Wait 5 s', value: rival.requestsPerSecond, unit: '/s' },
			{
				name: 'requests, ours / rival',
				value: ours.requestsPerSecond / rival.requestsPerSecond,
				unit: '×',
				max: 1,
			},
			{ name: 'resident memory a waiting execution, ours', value: ours.megabytes * 1_024, unit: 'kB' },
			{ name: 'resident memory a waiting execution, rival', value: rival.megabytes * 1_024, unit: 'kB' },
			{ name: 'memory, ours / rival', value: ours.megabytes / rival.megabytes, unit: '×', max: 1 },
			{ name: 'event-loop delay, mean, ours', value: ours.lagMeanMs, unit: 'ms' },
			{ name: 'event-loop delay, mean, rival', value: rival.lagMeanMs, unit: 'ms' },
			{ name: 'event-loop delay, 99th percentile, ours', value: ours.lagP99Ms, unit: 'ms' },
			{ name: 'event-loop delay, 99th percentile, rival', value: rival.lagP99Ms, unit: 'ms' },
			{
				name: 'event-loop delay, mean, ours / rival',
				value: ours.lagMeanMs / rival.lagMeanMs,
				unit: '×',
				max: 1,
			},
		],
		remarks: [
			`Over ${windowMs / 1_000} s in which all wait, each side in an n8n of its own; the delay is what ` +
				`n8n's own metrics say (its timer has a resolution of 10 ms). Memory is what was added since ` +
				`the first execution had ended its start.`,
		],
	};
}
