import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { waitUntil } from './deadline';
import { nodeBin, projectRoot } from './paths';

export interface GroupOptions {
	cwd: string;
	env: Readonly<Record<string, string>>;
	/** Both output streams are appended here. */
	logFile: string;
}

/**
 * A Node.js program in its own process group, so that all processes it starts end with it. It also ends when this
 * process has ended, for any reason.
 */
export class ChildGroup {
	/** Settles when the program has ended, for any reason. */
	readonly ended: Promise<void>;
	private readonly child: ChildProcess;
	private end: string | undefined;

	constructor(
		args: readonly string[],
		private readonly options: GroupOptions,
	) {
		mkdirSync(dirname(options.logFile), { recursive: true });
		const log = openSync(options.logFile, 'a');
		const watch = ['--require', join(projectRoot, 'scripts', 'lib', 'endWithParent.cjs')];
		this.child = spawn(nodeBin, [...watch, ...args], {
			cwd: options.cwd,
			env: options.env,
			detached: true,
			stdio: ['pipe', log, log],
		});
		closeSync(log);
		// The pipe only shows the program that this process is alive; the program may close it first.
		this.child.stdin?.on('error', () => undefined);
		this.ended = new Promise((resolve) => {
			const ended = (how: string): void => {
				this.end = how;
				resolve();
			};
			this.child.once('exit', (code, signal) => ended(signal ?? `exit code ${String(code)}`));
			this.child.once('error', (error) => ended(error.message));
		});
	}

	get pid(): number | undefined {
		return this.child.pid;
	}

	get isRunning(): boolean {
		return this.end === undefined;
	}

	/** How the program ended; empty while it runs. */
	get ending(): string {
		return this.end ?? '';
	}

	/** The whole log file, including earlier runs with the same file. */
	logs(): string {
		return existsSync(this.options.logFile) ? readFileSync(this.options.logFile, 'utf8') : '';
	}

	/** The end of the log, for error messages. */
	logTail(lines = 25): string {
		return `--- end of ${this.options.logFile}\n${this.logs().trimEnd().split('\n').slice(-lines).join('\n')}\n---`;
	}

	/**
	 * Asks the program to end, like Ctrl-C, and waits. If it does not end in time, it is killed and an error is thrown.
	 */
	async stop(withinMs: number): Promise<void> {
		this.child.kill('SIGTERM');
		try {
			const context = (): string => this.logTail();
			const name = `process ${String(this.pid)} to stop`;
			await waitUntil({ for: name, withinMs, everyMs: 25, context }, () => (this.isRunning ? undefined : true));
		} finally {
			await this.kill();
		}
	}

	/** Kills the whole group at once, like a power cut. */
	async kill(): Promise<void> {
		// The program itself may have ended already. Processes that it started may still run, and the group exists as
		// long as one of them runs.
		if (this.pid !== undefined) {
			try {
				process.kill(-this.pid, 'SIGKILL');
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
			}
		}
		await this.ended;
	}
}
