import { setTimeout as sleep } from 'node:timers/promises';
import type { Execution } from '../../scripts/lib/n8nInstance';
import { kits } from '../support/conformanceKits';
import { type BatchRun, batchRun, filesOf } from './batchRuns';
import { Stage } from './instance';
import { recordFigure } from '../support/figures';

/**
 * The test kills n8n at random moments (`kill -9`) while the bundled Batch makes 40 images. It then clicks Retry or
 * starts the table again, and may kill n8n during that too. At the end, each row was paid once and delivered.
 * `CHAOS_KILLS=50 CHAOS_SEED=7 npm run test:n8n -- chaos` tests more moments, and others.
 */
const kills = Number(process.env['CHAOS_KILLS'] ?? 3);
const seed = Number(process.env['CHAOS_SEED'] ?? 1);
const rows = 40;
/** Approximate duration of a batch, in ms. */
const batchMs = 6_000;
/** Share of submits with a late answer, so that a kill falls between submit and answer. */
const slowAnswers = { route: 'generate', kind: 'slow', delayMs: 250, times: 100_000, probability: 0.3 } as const;
const maxKillsPerBatch = 3;
const stage = new Stage();
const providers = ['imageSaas', 'zImage'] as const;
const booksOf = (provider: string) => (provider === 'imageSaas' ? stage.sandbox : stage.other(provider)).books();

beforeAll(async () => {
	await stage.open({ jobDurationMs: 1_500 });
	for (const kit of kits) if (kit.backend.id === 'zImage') (await stage.add(kit)).settings({ jobDurationMs: 60 });
	stage.sandbox.fault(slowAnswers);
	stage.other('zImage').fault(slowAnswers);
}, 120_000);
afterAll(() => stage.close());

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function seeded(from: number): () => number {
	let state = from >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

const random = seeded(seed);

/**
 * Waits for a random moment of a run: a time, a number of jobs made, or a number of images downloaded. The counts catch
 * jobs and downloads, which are too short for a random time.
 */
async function moment(jobs: () => number, downloads: () => number): Promise<void> {
	const [kind, share] = [random(), random()];
	const counted = kind < 0.4 ? jobs : kind < 0.7 ? downloads : null;
	if (counted === null) {
		await sleep(share * batchMs);
		return;
	}
	const target = counted === jobs ? Math.ceil(share * rows) : downloads() + Math.ceil(share * rows);
	for (const until = Date.now() + batchMs; counted() < target && Date.now() < until; ) await sleep(2);
	await sleep(random() * 30);
}

/** At random, clicks Retry if n8n offers it, or starts the table again. */
async function comeBack(run: BatchRun, last: string): Promise<{ execution: string; how: 'Retry' | 'new run' }> {
	const { status } = await stage.client.getExecution(last);
	if (random() < 0.5 && ['crashed', 'error'].includes(status))
		return { execution: await run.retry(last), how: 'Retry' };
	return { execution: await run.start(), how: 'new run' };
}

/** When n8n starts again, it marks the executions that a kill has ended. */
const settled = async (execution: string): Promise<Execution> =>
	await stage.client.waitForExecution(execution, 150_000, ['success', 'error', 'crashed', 'canceled']);

interface Batch {
	name: string;
	provider: string;
	run: BatchRun;
	/** What happened to the batch, in order. */
	story: string[];
	delivered: Set<string>;
}

const jobsOf = ({ name, provider }: Pick<Batch, 'name' | 'provider'>) =>
	booksOf(provider).jobs.filter(({ prompt }) => prompt.startsWith(`${name}, `));

async function takeIn({ name, run, delivered }: Batch, execution: string): Promise<void> {
	const ended = await settled(execution);
	expect({ batch: name, status: ended.status }).toEqual({ batch: name, status: 'success' });
	for (const prompt of run.delivered(ended)) delivered.add(prompt);
}

/** Runs a batch with `count` kills, until a run ends without a kill. */
async function killedBatch(number: number, count: number): Promise<Batch> {
	const provider = providers[Math.floor(random() * providers.length)] ?? 'imageSaas';
	const name = `Chaos ${seed}.${number}`;
	const folder = `chaos-${number}`;
	const run = await batchRun(stage, { name, provider, rows, settings: { folder: `~/.n8n-files/${folder}` } });
	const batch: Batch = { name, provider, run, story: [], delivered: new Set() };
	let last = await run.start();
	for (let kill = count; kill > 0; kill--) {
		const before = booksOf(provider).downloads;
		await moment(
			() => jobsOf(batch).length,
			() => booksOf(provider).downloads,
		);
		await stage.n8n.kill();
		const written = filesOf(stage, folder).filter((file) => file.endsWith('.png')).length;
		batch.story.push(
			`${jobsOf(batch).length} jobs, ${booksOf(provider).downloads - before} downloads, ${written} files`,
		);
		await stage.reopen();
		await settled(last);
		const back = await comeBack(run, last);
		batch.story.push(back.how);
		last = back.execution;
	}
	await takeIn(batch, last);
	console.log(
		`${name} (${provider}): ${batch.story.join(' → ')}: ${jobsOf(batch).length} jobs, ` +
			`${batch.delivered.size} delivered`,
	);
	return batch;
}

/**
 * Z-Image lists a task only after a worker begins it. So a lost request is proved missing only when a later task has
 * ended. Until then its row says "unknown". If it is started again after another job, it is delivered.
 */
async function settleUnknown(batches: readonly Batch[]): Promise<void> {
	const open = batches.filter(({ delivered }) => delivered.size < rows);
	for (const provider of new Set(open.map((batch) => batch.provider))) {
		const later = await batchRun(stage, { name: `Later at ${provider}`, provider, rows: 1 });
		expect((await settled(await later.start())).status).toBe('success');
	}
	for (const batch of open) {
		const unknown = rows - batch.delivered.size;
		await takeIn(batch, await batch.run.start());
		console.log(
			`${batch.name}: ${unknown} rows were unknown; after another job and a new run ` +
				`${jobsOf(batch).length} jobs, ${batch.delivered.size} delivered`,
		);
	}
}

it(
	`${kills} times kill -9: each of ${rows} rows a batch is paid once and delivered`,
	async () => {
		const batches: Batch[] = [];
		for (let left = kills; left > 0; ) {
			const count = Math.min(left, 1 + Math.floor(random() * maxKillsPerBatch));
			batches.push(await killedBatch(batches.length + 1, count));
			left -= count;
		}
		await settleUnknown(batches);
		const lines = batches.map((batch) => ({
			batch: batch.name,
			jobs: jobsOf(batch).length,
			paidRows: new Set(jobsOf(batch).map(({ prompt }) => prompt)).size,
			delivered: batch.delivered.size,
		}));
		const sum = (field: 'jobs' | 'delivered') => lines.reduce((total, line) => total + line[field], 0);
		console.log(
			`Chaos with seed ${seed}: ${kills} kills over ${batches.length} batches, ${batches.length * rows} ` +
				`rows: ${sum('jobs')} jobs, ${sum('delivered')} delivered`,
		);
		expect(lines).toEqual(lines.map(({ batch }) => ({ batch, jobs: rows, paidRows: rows, delivered: rows })));
		recordFigure(
			'memory.kills',
			`${kills} kills, ${batches.length * rows} rows: ${sum('jobs')} paid, ${sum('delivered')} delivered`,
		);
	},
	120_000 + kills * 120_000,
);
