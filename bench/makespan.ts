import type { Books } from '../sandbox';
import type { Figure, Report } from './report';
import { pollingLoop } from './rivals';
import { type BenchStage, type CredentialLimits, chain, pack, promptsFrom, promptsOf } from './stage';

interface Load {
	jobs: number;
	inFlight: number;
	/** 0: no limit. */
	requestsPerMinute: number;
}

interface Measured {
	/** Over the least possible under the provider's limits. */
	makespan: number;
	/** Over the least possible for one who has to ask, one look for as many jobs as run at once. */
	makespanOfPolling: number;
	/** Submit included, downloads not. */
	requestsPerJob: number;
	/** From the provider's end of a job to our being told of it, as a share of the job's time. */
	medianDelay: number;
	tooManyRequests: number;
}

const meanMs = 2_000;

/** The same jobs with nobody ever late: each begins as soon as a place and the rate allow. */
function bound(durations: readonly number[], inFlight: number, perMinute: number): number {
	const free = Array.from({ length: inFlight }, () => 0);
	const begun: number[] = [];
	for (const duration of durations) {
		free.sort((a, b) => a - b);
		const [place = 0] = free;
		const allowed = perMinute > 0 ? (begun.at(-Math.floor(perMinute)) ?? Number.NEGATIVE_INFINITY) + 60_000 : 0;
		const at = Math.max(place, allowed);
		begun.push(at);
		free[0] = at + duration;
	}
	return Math.max(...free);
}

function judge(books: Books, endedAt: number, { inFlight, requestsPerMinute }: Load): Measured {
	const times = books.jobs.map(({ createdAt, finishedAt, toldAt }) => ({ created: Date.parse(createdAt), finished: Date.parse(finishedAt ?? ''), told: Date.parse(toldAt ?? '') }));
	const durations = times.map(({ created, finished }) => finished - created);
	const delays = times.map(({ told, finished }, place) => (told - finished) / (durations[place] ?? 1)).sort((a, b) => a - b);
	const took = endedAt - Math.min(...times.map(({ created }) => created));
	const requests = Object.entries(books.requests).reduce((sum, [route, count]) => sum + (/\/v1\//.test(route) ? count : 0), 0);
	return {
		makespan: took / bound(durations, inFlight, requestsPerMinute),
		makespanOfPolling: took / bound(durations, inFlight, (requestsPerMinute * inFlight) / (inFlight + 1)),
		requestsPerJob: requests / books.jobs.length,
		medianDelay: delays[Math.floor(delays.length / 2)] ?? Number.NaN,
		tooManyRequests: books.tooManyRequests,
	};
}

let runs = 0;

function prepare(stage: BenchStage, { inFlight, requestsPerMinute }: Load, more: object = {}): void {
	stage.sandbox.reset();
	stage.sandbox.settings({ jobDurationMs: meanMs, jobDurationJitter: 0.5, maxConcurrent: inFlight, requestsPerMinute, webhookUrl: null, ...more });
}

/** One Image Generate for all jobs; with `push`, the provider's webhooks come to an Image Webhook Trigger beside it. */
async function ours(stage: BenchStage, load: Load, { push }: { push: boolean }): Promise<Measured> {
	const path = `ours-${++runs}`;
	const credential = await stage.credential({ requestsPerMinute: load.requestsPerMinute, jobsInFlight: load.inFlight } satisfies CredentialLimits);
	const credentials = { imageSaasApi: credential };
	const id = await stage.publish(chain(path, [...promptsFrom(path), { name: 'Generate', type: `${pack}imageGenerate`, typeVersion: 1, credentials, parameters: { provider: 'imageSaas', prompt: "={{ $json['body.prompts'] }}", download: false, options: {} } }]));
	// Listens for what never comes: the deliveries wake whoever waits, and start nothing.
	const hook = push ? await stage.publish(chain(`${path} hook`, [{ name: 'Trigger', type: `${pack}imageWebhookTrigger`, typeVersion: 1, credentials, webhookId: path, parameters: { provider: 'imageSaas', events: ['canceled'], options: {} } }])) : null;
	prepare(stage, load, push ? { webhookUrl: `${stage.n8n.url}/webhook/${path}/image-jobs` } : {});
	const execution = await stage.runByWebhook(id, path, { prompts: promptsOf(load.jobs) }, 900_000);
	const [generate] = execution.data.resultData.runData['Generate'] ?? [];
	if (!generate) throw new Error('Generate did not run');
	const result = judge(stage.sandbox.books(), generate.startTime + generate.executionTime, load);
	for (const workflow of [id, hook]) if (workflow !== null) await stage.client.unpublishWorkflow(workflow);
	return result;
}

async function rival(stage: BenchStage, load: Load, tuning: { batchSize: number; waitSeconds: number }): Promise<Measured> {
	const path = `rival-${++runs}`;
	const id = await stage.publish(pollingLoop(stage, path, tuning));
	prepare(stage, load);
	const execution = await stage.runByWebhook(id, path, { prompts: promptsOf(load.jobs) }, 1_200_000);
	const result = judge(stage.sandbox.books(), Date.parse(execution.stoppedAt ?? ''), load);
	await stage.client.unpublishWorkflow(id);
	return result;
}

/** Benchmarks 1 to 3: the same two hundred jobs by each side. */
export async function makespan(stage: BenchStage): Promise<Report[]> {
	const free: Load = { jobs: 200, inFlight: 5, requestsPerMinute: 0 };
	const bound: Load = { ...free, requestsPerMinute: 120 };
	const wide: Load = { jobs: 500, inFlight: 50, requestsPerMinute: 0 };
	// A rival's loop is the same from its first round to its last: half of the jobs tell its ratios as well.
	const half: Load = { ...free, jobs: 100 };
	const single: Load = { ...free, jobs: 20 };

	const push = await ours(stage, free, { push: true });
	const poll = await ours(stage, free, { push: false });
	const loop = await rival(stage, half, { batchSize: 5, waitSeconds: 1 });
	const oneByOne = await rival(stage, single, { batchSize: 1, waitSeconds: 1 });
	const pushBound = await ours(stage, bound, { push: true });
	const pollBound = await ours(stage, bound, { push: false });
	const loopBound = await rival(stage, { ...bound, jobs: 100 }, { batchSize: 5, waitSeconds: 4 });
	const pushWide = await ours(stage, wide, { push: true });
	const pollWide = await ours(stage, wide, { push: false });
	const loopWide = await rival(stage, wide, { batchSize: 50, waitSeconds: 1 });

	const times = (name: string, value: number, more: Partial<Figure> = {}): Figure => ({ name, value, unit: '×', ...more });
	const count = (name: string, value: number, more: Partial<Figure> = {}): Figure => ({ name, value, unit: '', ...more });
	const share = (name: string, value: number, more: Partial<Figure> = {}): Figure => ({ name, value: value * 100, unit: '%', ...more });
	const product = ({ medianDelay, requestsPerJob }: Measured) => medianDelay * (requestsPerJob - 1);
	return [
		{
			id: 'makespan',
			title: '1. Makespan: 200 jobs of 2 s ± 50 %, 5 in flight, over the least possible',
			figures: [
				times('ours, with webhooks', push.makespan, { most: 1.05 }),
				times('ours, polling alone', poll.makespan, { most: 1.12 }),
				times('rival, loops of five, Wait 1 s', loop.makespan),
				times('rival, one by one, 20 jobs', oneByOne.makespan),
				times('ours, with webhooks, 120 requests a minute', pushBound.makespan, { most: 1.05 }),
				times('ours, polling alone, 120 requests a minute', pollBound.makespan),
				times('ours, polling alone, 120 requests a minute, over the least possible for one who polls', pollBound.makespanOfPolling, { most: 1.12 }),
				times('rival, loops of five, Wait 4 s, 120 requests a minute', loopBound.makespan),
				count('answers of 429, ours, all runs', [push, poll, pushBound, pollBound, pushWide, pollWide].reduce((sum, { tooManyRequests }) => sum + tooManyRequests, 0), { most: 0 }),
				count('answers of 429, rival at 120 requests a minute', loopBound.tooManyRequests),
			],
			remarks: [
				'From the first submit as the stand-in saw it to the end of the node (ours) or the execution (rival). The least possible is the same jobs with each begun as soon as a place and the rate allow.',
				'Where the rate binds, every look costs a submit: one who polls needs at least a look for every five jobs, and the second figure is over that bound.',
				'Polling at 120 requests a minute is missed: looks and submits share the minute, and while nothing is known of the jobs yet, looks take up to half of it. The bound knows all times beforehand.',
				'The rival has half of the jobs, one by one a tenth: its rounds are all alike. It submits five at a time, waits, asks for each until all have ended, and takes the next five; shorter waits gain little and cost more requests.',
			],
		},
		{
			id: 'requests',
			title: '2. Requests a job, submit included, downloads not',
			figures: [
				count('ours, with webhooks', push.requestsPerJob, { most: 1.1 }),
				count('ours, polling alone', poll.requestsPerJob, { most: 2 }),
				count('rival, loops of five, Wait 1 s', loop.requestsPerJob),
				count('ours, with webhooks, 120 requests a minute', pushBound.requestsPerJob, { most: 1.1 }),
				count('ours, polling alone, 120 requests a minute', pollBound.requestsPerJob, { most: 2 }),
				count('rival, loops of five, Wait 4 s, 120 requests a minute', loopBound.requestsPerJob),
				count('ours, polling alone, 50 in flight', pollWide.requestsPerJob),
				count('rival, loops of fifty, Wait 1 s', loopWide.requestsPerJob),
			],
			remarks: ['Of the same runs as the makespan.', 'With webhooks the first jobs are polled until four ends were announced, and one overdue announcement is looked for: that is what is above one request a job.'],
		},
		{
			id: 'delay',
			title: '3. Detection delay: from the end of a job to our being told of it, as a share of its time',
			figures: [
				share('ours, with webhooks, median', push.medianDelay, { most: 2.5 }),
				share('ours, polling alone, median', poll.medianDelay, { most: 10 }),
				share('rival, loops of five, Wait 1 s, median', loop.medianDelay),
				share('ours, with webhooks, 50 in flight, median', pushWide.medianDelay, { most: 2.5 }),
				share('ours, polling alone, 50 in flight, median', pollWide.medianDelay, { most: 10 }),
				share('rival, loops of fifty, Wait 1 s, median', loopWide.medianDelay),
				count('ours, polling alone: delay × extra requests a job, at 5 in flight (blind polling: at least 0.1)', product(poll), { most: 0.11 }),
				count('ours, polling alone: the same at 50 in flight (blind polling: at least 0.01)', product(pollWide), { most: 0.011 }),
				count('rival: the same at 5 in flight', product(loop)),
			],
			remarks: ['Measured at the stand-in: from the end of a job to the first answer or accepted webhook that tells of it. What follows inside n8n is not in it, for neither side.', "With webhooks the delay is n8n's own time for a webhook, some 60 ms here, and it takes about 16 a second on this machine (benchmark 9): at 50 in flight 25 a second come, and wait for each other.", 'The product for three budgets is in benchmark 10, in virtual time.'],
		},
	];
}
