import { judge, type Load, type Measured } from './judge';
import type { Figure, Report } from './report';
import { pollingLoop } from './rivals';
import { compareSchedules } from './schedules';
import { type BenchStage, type CredentialLimits, chain, pack, promptsFrom, promptsOf } from './stage';

/**
 * The same batch twice, at two endpoints of one account. The second run starts with the values learned in the first.
 */
interface Pair {
	cold: Measured;
	warm: Measured;
}

const meanMs = 2_000;

let runs = 0;

function prepare(stage: BenchStage, { inFlight, requestsPerMinute }: Load, more: object = {}): void {
	stage.sandbox.reset();
	stage.sandbox.settings({
		jobDurationMs: meanMs,
		jobDurationJitter: 0.5,
		maxConcurrent: inFlight,
		requestsPerMinute,
		webhookUrl: null,
		...more,
	});
}

/** Runs one Image Generate for all jobs. With `push`, an Image Webhook Trigger receives the provider's webhooks. */
async function batch(
	stage: BenchStage,
	load: Load,
	{ push, account }: { push: boolean; account: string },
): Promise<Measured> {
	const path = `ours-${++runs}`;
	const credential = await stage.credential(
		{ requestsPerMinute: load.requestsPerMinute, jobsInFlight: load.inFlight } satisfies CredentialLimits,
		account,
	);
	const credentials = { imageSaasApi: credential };
	const id = await stage.publish(
		chain(path, [
			...promptsFrom(path),
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
	// Listens for an event that never occurs: deliveries only wake waiting executions.
	const hook = push
		? await stage.publish(
				chain(`${path} hook`, [
					{
						name: 'Trigger',
						type: `${pack}imageWebhookTrigger`,
						typeVersion: 1,
						credentials,
						webhookId: path,
						parameters: { provider: 'imageSaas', events: ['canceled'], options: {} },
					},
				]),
			)
		: null;
	prepare(stage, load, push ? { webhookUrl: `${stage.n8n.url}/webhook/${path}/image-jobs` } : {});
	const execution = await stage.runByWebhook(id, path, { prompts: promptsOf(load.jobs) }, 900_000);
	const [generate] = execution.data.resultData.runData['Generate'] ?? [];
	if (!generate) throw new Error('Generate did not run');
	const result = judge(stage.sandbox.books(), generate.startTime + generate.executionTime, load);
	for (const workflow of [id, hook]) if (workflow !== null) await stage.client.unpublishWorkflow(workflow);
	return result;
}

async function ours(stage: BenchStage, load: Load, { push }: { push: boolean }): Promise<Pair> {
	const account = stage.newAccount();
	const cold = await batch(stage, load, { push, account });
	// The memory saves learned values once a second.
	await new Promise((resolve) => setTimeout(resolve, 3_000));
	return { cold, warm: await batch(stage, load, { push, account }) };
}

async function rival(
	stage: BenchStage,
	load: Load,
	tuning: { batchSize: number; waitSeconds: number },
): Promise<Measured> {
	const path = `rival-${++runs}`;
	const id = await stage.publish(pollingLoop(stage, path, tuning));
	prepare(stage, load);
	const execution = await stage.runByWebhook(id, path, { prompts: promptsOf(load.jobs) }, 1_200_000);
	const result = judge(stage.sandbox.books(), Date.parse(execution.stoppedAt ?? ''), load);
	await stage.client.unpublishWorkflow(id);
	return result;
}

/** Benchmarks 1 to 3: the same two hundred jobs in the pack and in each rival. */
export async function makespan(stage: BenchStage): Promise<Report[]> {
	const free: Load = { jobs: 200, inFlight: 5, requestsPerMinute: 0 };
	const bound: Load = { ...free, requestsPerMinute: 120 };
	const wide: Load = { jobs: 500, inFlight: 50, requestsPerMinute: 0 };
	// All rounds of a rival's loop take the same time, so half of the jobs give the same ratios.
	const half: Load = { ...free, jobs: 100 };
	const few: Load = { ...free, jobs: 20 };

	const push = await ours(stage, free, { push: true });
	const poll = await ours(stage, free, { push: false });
	const loop = await rival(stage, half, { batchSize: 5, waitSeconds: 1 });
	const oneByOne = await rival(stage, few, { batchSize: 1, waitSeconds: 1 });
	const pushBound = await ours(stage, bound, { push: true });
	const pollBound = await ours(stage, bound, { push: false });
	const loopBound = await rival(stage, { ...bound, jobs: 100 }, { batchSize: 5, waitSeconds: 4 });
	const pushWide = await ours(stage, wide, { push: true });
	const pollWide = await ours(stage, wide, { push: false });
	const loopWide = await rival(stage, wide, { batchSize: 50, waitSeconds: 1 });

	const bySchedule = await compareSchedules({ jobs: free.jobs, inFlight: free.inFlight, meanMs });

	const runs = [push, poll, pushBound, pollBound, pushWide, pollWide];
	const figure =
		(unit: string, factor = 1) =>
		(
			name: string,
			of: (measured: Measured) => number,
			{ cold, warm }: Pair,
			more: Partial<Figure> = {},
		): Figure => ({ name, value: factor * of(cold), warm: factor * of(warm), unit, ...more });
	const [times, count, share] = [figure('×'), figure(''), figure('%', 100)];
	const single = (name: string, value: number, unit = ''): Figure => ({ name, value, unit });
	const product = ({ medianDelay, requestsPerJob }: Measured) => medianDelay * (requestsPerJob - 1);
	const refusals = (of: 'cold' | 'warm') => runs.reduce((sum, run) => sum + run[of].tooManyRequests, 0);
	const [makespanOf, requestsOf, delayOf] = [
		({ makespan }: Measured) => makespan,
		({ requestsPerJob }: Measured) => requestsPerJob,
		({ medianDelay }: Measured) => medianDelay,
	];
	const bothColumns =
		'Cold: the pack knows nothing about the account. Warm: the same batch again, by a new endpoint of the ' +
		'same account that reads the learned values from the memory. The goals are for the warm batch.';
	return [
		{
			id: 'makespan',
			title: '1. Makespan: 200 jobs of 2 s ± 50 %, 5 in flight, over the lower bound',
			figures: [
				times('ours, with webhooks', makespanOf, push, { max: 1.05 }),
				times('ours, polling alone', makespanOf, poll, { max: 1.12 }),
				single('rival, loops of five, Wait 1 s', loop.makespan, '×'),
				single('rival, one by one, 20 jobs', oneByOne.makespan, '×'),
				times('ours, with webhooks, 120 requests a minute', makespanOf, pushBound, { max: 1.05 }),
				times('ours, polling alone, 120 requests a minute', makespanOf, pollBound),
				times(
					'ours, polling alone, 120 requests a minute, over the lower bound with polling',
					({ makespanOfPolling }) => makespanOfPolling,
					pollBound,
					{ max: 1.12 },
				),
				single('rival, loops of five, Wait 4 s, 120 requests a minute', loopBound.makespan, '×'),
				{
					name: 'answers of 429, ours, all runs',
					value: refusals('cold'),
					warm: refusals('warm'),
					unit: '',
					max: 0,
				},
				single('answers of 429, rival at 120 requests a minute', loopBound.tooManyRequests),
				...bySchedule('makespan', '×'),
			],
			remarks: [
				bothColumns,
				'In virtual time: the same batch, polled without webhooks by the adaptive schedule and by growing ' +
					'pauses in its place, with a stand-in provider and no n8n.',
				'From the first submit at the sandbox to the end of the node (ours) or of the execution ' +
					'(rival). The lower bound starts each of the same jobs as soon as a slot and the rate limit allow.',
				'Under a rate limit, every poll delays a submit. Polling needs at least one poll per five ' +
					'jobs, and the second figure is relative to that bound. The bound knows all job times in advance.',
				'The rival runs half of the jobs, and a tenth of them one by one, because all its rounds are ' +
					'alike. It submits five jobs, waits, polls each until all have ended and takes the next ' +
					'five. Shorter waits gain little and cost more requests.',
			],
		},
		{
			id: 'requests',
			title: '2. Requests a job, submit included, downloads not',
			figures: [
				count('ours, with webhooks', requestsOf, push, { max: 1.05 }),
				count('ours, polling alone', requestsOf, poll, { max: 1.9 }),
				single('rival, loops of five, Wait 1 s', loop.requestsPerJob),
				count('ours, with webhooks, 120 requests a minute', requestsOf, pushBound, { max: 1.05 }),
				count('ours, polling alone, 120 requests a minute', requestsOf, pollBound, { max: 1.9 }),
				single('rival, loops of five, Wait 4 s, 120 requests a minute', loopBound.requestsPerJob),
				count('ours, with webhooks, 50 in flight', requestsOf, pushWide),
				count('ours, polling alone, 50 in flight', requestsOf, pollWide),
				single('rival, loops of fifty, Wait 1 s', loopWide.requestsPerJob),
				...bySchedule('requestsPerJob', ''),
			],
			remarks: [
				'From the same runs as the makespan.',
				'With webhooks the first jobs of a cold batch are polled until four webhooks have arrived.',
			],
		},
		{
			id: 'delay',
			title: '3. Detection delay: from the end of a job to the first report of it, as a share of its time',
			figures: [
				share('ours, with webhooks, median', delayOf, push, { max: 2.5 }),
				share('ours, polling alone, median', delayOf, poll, { max: 10 }),
				single('rival, loops of five, Wait 1 s, median', 100 * loop.medianDelay, '%'),
				share('ours, with webhooks, 50 in flight, median', delayOf, pushWide, { max: 2.5 }),
				share('ours, polling alone, 50 in flight, median', delayOf, pollWide, { max: 10 }),
				single('rival, loops of fifty, Wait 1 s, median', 100 * loopWide.medianDelay, '%'),
				count(
					'ours, polling alone: delay × extra requests a job, at 5 in flight (blind polling: at least 0.1)',
					product,
					poll,
					{ max: 0.11 },
				),
				count(
					'ours, polling alone: the same at 50 in flight (blind polling: at least 0.01)',
					product,
					pollWide,
					{ max: 0.011 },
				),
				single('rival: the same at 5 in flight', product(loop)),
				...bySchedule('medianDelay', '%', 100),
			],
			remarks: [
				'Measured at the sandbox: from the end of a job to the first answer or accepted webhook that ' +
					'reports it. The time inside n8n afterwards is not included, on either side.',
				"With webhooks the delay is n8n's own time for one: of 52 ms in the trigger node 49 were " +
					"`getCredentials`, n8n's decryption of the credential, which holds the secret of the " +
					'signature. At 50 in flight 25 a second come, and wait for each other; some are ' +
					'overdue by then and polled for.',
				'Benchmark 10 shows the product for three budgets, in virtual time.',
			],
		},
	];
}
