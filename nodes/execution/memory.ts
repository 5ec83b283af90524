import { homedir } from 'node:os';
import { join } from 'node:path';
import { rememberWith } from '../../jobs/endpoint/registry';
import { systemClock } from '../../jobs/runtime/clock';
import { JobMaker } from '../../jobs/submission/jobMaker';
import { keepResult } from '../../jobs/submission/storedSnapshot';
import type { Memory } from '../../memory/memory';
import { isTerminal, type JobSnapshot } from '../../model/job';

/** A folder of this pack next to n8n's own files, so that it is kept as long as n8n's database. */
export function packFolder(name: string, env: NodeJS.ProcessEnv = process.env): string {
	return join(env['N8N_USER_FOLDER'] ?? homedir(), '.n8n', 'image-pipelines', name);
}

/** The memory of this n8n, in n8n's user folder; opened on first use. */
export async function packMemory(): Promise<Memory> {
	const { openMemory } = await import('../../memory/open');
	const memory = await openMemory({ folder: packFolder('memory') });
	rememberWith(memory);
	return memory;
}

const makers = new WeakMap<Memory, JobMaker>();

/** The object that makes the jobs of all nodes and executions of this process. */
export function makerOf(memory: Memory): JobMaker {
	const maker = makers.get(memory) ?? new JobMaker({ clock: systemClock, random: Math.random, memory });
	makers.set(memory, maker);
	return maker;
}

/** A job's record and the state to write to it. */
export interface RecordedSnapshot {
	ref: string;
	snapshot: JobSnapshot;
}

/** Writes new states of jobs of one endpoint to the journal, with the images from inside the answers. */
export async function recordSnapshots(
	memory: Memory,
	endpointDigest: string,
	snapshots: readonly RecordedSnapshot[],
): Promise<void> {
	if (snapshots.length === 0) return;
	const kept = await Promise.all(
		snapshots.map(async ({ ref, snapshot }) => ({ ref, snapshot: await keepResult(memory, ref, snapshot) })),
	);
	await memory.journal.note(endpointDigest, kept);
}

/** Like `recordSnapshots`, but only for jobs that have ended. */
export async function recordEnds(
	memory: Memory,
	endpointDigest: string,
	snapshots: readonly RecordedSnapshot[],
): Promise<void> {
	const ends = snapshots.filter(({ snapshot }) => isTerminal(snapshot.job.status));
	await recordSnapshots(memory, endpointDigest, ends);
}
