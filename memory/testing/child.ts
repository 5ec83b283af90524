import type { Memory } from '../memory.ts';
import { openMemory } from '../open.ts';

/** A call that the parent asks for: a method of a part of the memory. */
export interface Call {
	part: 'journal' | 'events' | 'results' | 'learned';
	method: string;
	args: unknown[];
}

/** A process of its own that opens the memory in a folder and does what its parent asks: `node child.js <folder>`. */
async function main(folder: string): Promise<void> {
	const memory = await openMemory({ folder });
	process.on('message', (call: Call) => void answer(memory, call));
	process.send?.({ problem: memory.problem, digest: memory.digest('purpose', 'text') });
}

async function answer(memory: Memory, { part, method, args }: Call): Promise<void> {
	const methods: Record<string, unknown> = { ...memory[part] };
	try {
		const value: unknown = await Reflect.apply(methods[method] as (...args: unknown[]) => unknown, null, args);
		process.send?.({ value, problem: memory.problem });
	} catch (error) {
		process.send?.({ error: String(error), problem: memory.problem });
	}
}

void main(process.argv[2] ?? '');
