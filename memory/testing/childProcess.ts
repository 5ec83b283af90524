import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Journal } from '../memory.ts';
import type { Call } from './child.ts';
import { newFolder } from './samples.ts';

interface Message {
	value?: unknown;
	error?: string;
	problem: string | null;
	digest?: string;
}

/** The memory's files without types. Made once for a test file. */
export function compileMemory(): string {
	const folder = newFolder();
	execFileSync(process.execPath, [join(__dirname, 'compile.cjs'), folder]);
	return folder;
}

/** Another process with the memory in a folder. */
export class MemoryProcess {
	problem: string | null = null;
	digest = '';
	readonly #child: ChildProcess;

	private constructor(child: ChildProcess) {
		this.#child = child;
	}

	/** @param options.fileLimitKb files cannot grow beyond this, as on a full disk */
	static async start(
		compiled: string,
		folder: string,
		options: { fileLimitKb?: number } = {},
	): Promise<MemoryProcess> {
		const command = [process.execPath, join(compiled, 'testing/child.js'), folder];
		const limited =
			options.fileLimitKb === undefined
				? command
				: ['bash', '-c', `ulimit -f ${options.fileLimitKb}; exec "$@"`, 'bash', ...command];
		const child = spawn(limited[0] ?? '', limited.slice(1), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
		const own = new MemoryProcess(child);
		const { problem, digest } = await own.#next();
		return Object.assign(own, { problem, digest });
	}

	journal<M extends keyof Journal>(method: M, ...args: Parameters<Journal[M]>): ReturnType<Journal[M]> {
		return this.call({ part: 'journal', method, args }) as ReturnType<Journal[M]>;
	}

	async call(call: Call): Promise<unknown> {
		const next = this.#next();
		this.#child.send(call);
		const { value, error, problem } = await next;
		this.problem = problem;
		if (error !== undefined) throw new Error(error);
		return value;
	}

	/** Suspends the process for a while. */
	pause(): void {
		this.#child.kill('SIGSTOP');
	}

	resume(): void {
		this.#child.kill('SIGCONT');
	}

	async kill(): Promise<void> {
		if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
		const gone = once(this.#child, 'exit');
		this.#child.kill('SIGKILL');
		await gone;
	}

	async #next(): Promise<Message> {
		const [message] = (await once(this.#child, 'message')) as [Message];
		return message;
	}
}
