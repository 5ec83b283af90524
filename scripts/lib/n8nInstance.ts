import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { waitUntil } from './deadline';
import { filesFolderName, n8nEnvironment } from './environment';
import { N8nClient } from './n8nClient';
import { assertRuntimeInstalled, n8nBin, nodeBin, projectRoot } from './paths';
import { freePort } from './ports';

export * from './executionData';
export * from './n8nCli';
export * from './n8nClient';
export { DeadlineError, waitUntil } from './deadline';
export { filesFolderName } from './environment';
export { freePort } from './ports';
export { prepareUserFolder, templateOwner } from './userFolder';

export interface StartOptions {
	/** n8n's user folder: database, settings and community nodes are in its `.n8n`, files written by workflows in `.n8n-files`. */
	userFolder: string;
	/** A free one is chosen when not given. */
	port?: number;
	/** Added to, and stronger than, the environment of a headless instance. */
	env?: Readonly<Record<string, string>>;
	/** Both output streams are appended here; `<userFolder>/n8n.log` when not given. */
	logFile?: string;
	readyWithinMs?: number;
}

/** Starts n8n and returns once it answers requests. On any failure nothing is left running. */
export async function startN8n(options: StartOptions): Promise<N8nInstance> {
	assertRuntimeInstalled();
	const port = options.port ?? (await freePort());
	const logFile = options.logFile ?? join(options.userFolder, 'n8n.log');
	mkdirSync(join(options.userFolder, filesFolderName), { recursive: true });
	mkdirSync(dirname(logFile), { recursive: true });
	const env = n8nEnvironment({ userFolder: options.userFolder, port, brokerPort: await freePort(), env: options.env });
	const log = openSync(logFile, 'a');
	const child = spawn(nodeBin, ['--require', join(projectRoot, 'scripts', 'lib', 'endWithParent.cjs'), n8nBin, 'start'], {
		// Relative file names of workflows start here, as they start at the home folder in n8n's own image.
		cwd: options.userFolder,
		env,
		// A group of its own, so that task runners can be ended with it.
		detached: true,
		stdio: ['pipe', log, log],
	});
	closeSync(log);
	const instance = new N8nInstance(child, { port, userFolder: options.userFolder, logFile });
	try {
		await instance.untilReady(options.readyWithinMs ?? 90_000);
	} catch (error) {
		await instance.kill();
		throw error;
	}
	return instance;
}

/** A running n8n process and its task runners. */
export class N8nInstance {
	readonly port: number;
	readonly userFolder: string;
	readonly logFile: string;
	/** Base address without a slash at the end. */
	readonly url: string;
	/** Settles when the process has ended, whoever ended it. */
	readonly ended: Promise<void>;
	private running = true;
	/** How the process ended, for error messages. */
	private ending = '';

	constructor(private readonly child: ChildProcess, place: { port: number; userFolder: string; logFile: string }) {
		this.port = place.port;
		this.userFolder = place.userFolder;
		this.logFile = place.logFile;
		this.url = `http://localhost:${place.port}`;
		this.ended = new Promise((resolve) => {
			const end = (how: string): void => {
				this.running = false;
				this.ending = how;
				resolve();
			};
			child.once('exit', (code, signal) => end(signal ?? `exit code ${String(code)}`));
			child.once('error', (error) => end(error.message));
		});
		// The pipe only tells n8n that we are alive; n8n may close it first.
		child.stdin?.on('error', () => undefined);
	}

	get pid(): number | undefined {
		return this.child.pid;
	}

	get isRunning(): boolean {
		return this.running;
	}

	/** Folder that workflows may write to with the Read/Write Files node. */
	get filesFolder(): string {
		return join(this.userFolder, filesFolderName);
	}

	/** All that n8n has written to the log file, also in earlier runs with the same file. */
	logs(): string {
		return existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8') : '';
	}

	/** The end of the log, for error messages. */
	logTail(lines = 25): string {
		return `--- end of ${this.logFile}\n${this.logs().trimEnd().split('\n').slice(-lines).join('\n')}\n---`;
	}

	/** A client without a session; call `signIn` on it. */
	client(): N8nClient {
		return new N8nClient(this.url, () => this.logTail());
	}

	/** Waits until REST requests are answered. */
	async untilReady(withinMs: number): Promise<void> {
		const context = (): string => this.logTail();
		await waitUntil({ for: `n8n on port ${this.port} to be ready`, withinMs, context }, async () => {
			if (!this.running) {
				throw new Error(`n8n ended while starting (${this.ending})\n${this.logTail()}`);
			}
			const ready = (await answers(`${this.url}/healthz/readiness`)) && (await answers(`${this.url}/rest/settings`));
			return ready ? true : undefined;
		});
	}

	/** Asks n8n to end, as Ctrl-C does, and waits; a process that does not end in time is killed and reported. */
	async stop(withinMs = 30_000): Promise<void> {
		if (!this.running) return;
		this.child.kill('SIGTERM');
		try {
			const context = (): string => this.logTail();
			await waitUntil({ for: 'n8n to stop', withinMs, everyMs: 25, context }, () => (this.running ? undefined : true));
		} finally {
			await this.kill();
		}
	}

	/** Ends n8n and its task runners at once, as a power cut would. */
	async kill(): Promise<void> {
		// Also when n8n itself is gone: a task runner may have outlived it, and the group still exists for it.
		if (this.child.pid !== undefined) {
			try {
				process.kill(-this.child.pid, 'SIGKILL');
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
			}
		}
		await this.ended;
	}
}

async function answers(url: string): Promise<boolean> {
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
		await response.arrayBuffer();
		return response.ok && (url.endsWith('readiness') || (response.headers.get('content-type') ?? '').includes('json'));
	} catch {
		return false;
	}
}
