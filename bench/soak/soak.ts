import { setTimeout as sleep } from 'node:timers/promises';
import { Chance } from './chance';
import { balance, type Books, numberOf } from './claims';
import { disturb } from './faults';
import { Pipelines } from './pipelines';
import { outside, type Outside } from './sampler';
import { type Inside, SoakStage } from './stage';

export interface SoakOptions {
	minutes: number;
	seed: number;
	/** Pipelines that run at one time. */
	workers: number;
	/** Writes a heap snapshot after the first third and at the end; the files stay. */
	snapshots: boolean;
	log: (line: string) => void;
}

export interface Sample extends Outside, Inside {
	/** Minutes since the start. */
	minute: number;
}

export interface SoakResult {
	samples: Sample[];
	books: Books;
	/** Pipelines by kind, and planned faults. */
	runs: Record<string, number>;
	faults: number;
	webhooks: { delivered: number; forgedSent: number; forgedTaken: number };
	/** Jobs that were finished at the end, with Image Poll and with Image Jobs. */
	settled: { polled: number; recovered: number };
	/** Workflows that gave no items. */
	failures: readonly string[];
}

const sampleMs = 5_000;
/** Every sixth sample comes after a garbage collection, which blocks n8n for the time that it takes. */
const collectedEvery = 6;

/** Runs mixed pipelines against all sandboxes with random faults, and samples n8n's process meanwhile. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
	const stage = new SoakStage();
	try {
		await stage.open();
		return await run(stage, options);
	} finally {
		await stage.close();
	}
}

async function run(stage: SoakStage, { minutes, seed, workers, snapshots, log }: SoakOptions): Promise<SoakResult> {
	const end = performance.now() + minutes * 60_000;
	const isOver = () => performance.now() >= end;
	const pipelines = new Pipelines(stage, new Chance(seed));
	let faults = 0;

	const work = async (number: number) => {
		const chance = new Chance(seed * 1_000 + number);
		while (!isOver()) {
			await pipelines.run();
			await sleep(chance.between(500, 2_000));
		}
	};
	const disturbing = async () => {
		const chance = new Chance(seed * 1_000 + 999);
		while (!isOver()) {
			await sleep(chance.between(1_000, 8_000));
			const kit = chance.of(stage.kits);
			disturb(chance, kit, stage.sandboxOf(kit.backend.id));
			faults++;
		}
	};
	const sampled = sampling(stage, minutes, { snapshots, log });
	await Promise.all([...Array.from({ length: workers }, (_, number) => work(number)), disturbing()]);
	const samples = await sampled;

	await clearFaults(stage);
	const jobs = () => stage.jobs();
	const paid = new Set(jobs().flatMap(({ prompt, generationsBilled: n }) => (n > 0 ? [numberOf(prompt)] : [])));
	const settled = await pipelines.settle((prompt) => paid.has(numberOf(prompt)));
	const { webhooks } = stage.stage.sandbox.books();
	return {
		samples,
		books: balance(pipelines.prompts, pipelines.claims, jobs()),
		runs: pipelines.runs,
		faults,
		webhooks: {
			delivered: webhooks.filter(({ status }) => status === 200).length,
			forgedSent: pipelines.forged.sent,
			forgedTaken: pipelines.forged.taken,
		},
		settled,
		failures: pipelines.failures,
	};
}

/** Removes the faults that no request has met. */
async function clearFaults(stage: SoakStage): Promise<void> {
	for (const { backend } of stage.kits)
		await fetch(`${stage.sandboxOf(backend.id).url}/__sandbox/faults`, { method: 'DELETE' });
}

async function sampling(
	stage: SoakStage,
	minutes: number,
	{ snapshots, log }: Pick<SoakOptions, 'snapshots' | 'log'>,
): Promise<Sample[]> {
	const samples: Sample[] = [];
	const begin = performance.now();
	const at = () => (performance.now() - begin) / 60_000;
	let isSnapshotDue = snapshots;
	await stage.inside(true);
	for (let count = 1; at() < minutes; count++) {
		await sleep(Math.max(0, begin + count * sampleMs - performance.now()));
		const { pid } = stage.stage.n8n;
		if (pid === undefined || !stage.stage.n8n.isRunning)
			throw new Error(`n8n has ended\n${stage.stage.n8n.logTail()}`);
		const inside = await stage.inside(count % collectedEvery === 0);
		const sample = { minute: at(), ...outside(pid), ...inside };
		samples.push(sample);
		if (inside.memory) log(lineOf(sample));
		if (isSnapshotDue && at() > minutes / 3) {
			isSnapshotDue = false;
			log(`Snapshot: ${await stage.snapshot()}`);
		}
	}
	if (snapshots) log(`Snapshot: ${await stage.snapshot()}`);
	return samples;
}

const lineOf = ({ minute, residentMb, childrenMb, memory, descriptors, kinds, delays }: Sample) =>
	`${minute.toFixed(1)} min: ${residentMb.toFixed(0)} MB, children ${childrenMb.toFixed(0)} MB, ` +
	`heap ${((memory?.heapUsed ?? 0) / 1e6).toFixed(1)} MB, p99 ${delays.p99.toFixed(0)} ms, ` +
	`descriptors ${JSON.stringify(descriptors)}, resources ${JSON.stringify(kinds)}`;
