import { rememberWith } from '../../jobs/endpoint/registry';
import { JobMaker } from '../../jobs/submission/jobMaker';
import { systemClock } from '../../jobs/runtime/clock';
import type { Memory } from '../../memory/memory';
import { packFolder } from './packFolder';

/** The memory of this n8n, in its user folder; opened on first use. */
export async function packMemory(): Promise<Memory> {
	const { openMemory } = await import('../../memory/open');
	const memory = await openMemory({ folder: packFolder('memory') });
	rememberWith(memory);
	return memory;
}

const makers = new WeakMap<Memory, JobMaker>();

/** Makes the jobs of all nodes and executions of this process. */
export function makerOf(memory: Memory): JobMaker {
	const maker = makers.get(memory) ?? new JobMaker({ clock: systemClock, random: Math.random, memory });
	makers.set(memory, maker);
	return maker;
}
