import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ChildGroup } from './childGroup';
import { waitUntil } from './deadline';
import { filesFolderName, n8nEnvironment } from './environment';
import { N8nClient } from './n8nClient';
import { assertRuntimeInstalled, n8nBin } from './paths';
import { freePort } from './ports';

export * from './executionData';
export * from './n8nCli';
export * from './n8nClient';
export { DeadlineError, waitUntil } from './deadline';
export { filesFolderName } from './environment';
export { bundledWorkflowFiles, packageName, projectRoot } from './paths';
export { freePort } from './ports';
export { prepareUserFolder, templateOwner } from './userFolder';

export interface StartOptions {
	/**
	 * n8n's user folder. Its `.n8n` has the database, settings and community nodes, its `.n8n-files` the files that
	 * workflows write.
	 */
	userFolder: string;
	/** Default: a free port. */
	port?: number;
	/** The folder in which n8n is started; default: the user folder, as in n8n's own image. */
	workingFolder?: string;
	/** Additional variables; they override the environment of a headless instance. */
	env?: Readonly<Record<string, string>>;
	/** Flags of Node.js, such as `--inspect`. */
	nodeFlags?: readonly string[];
	/** Both output streams are appended to this file; default: `<userFolder>/n8n.log`. */
	logFile?: string;
	readyWithinMs?: number;
}

/** Starts n8n and returns when it answers requests. After a failure, no process is left running. */
export async function startN8n(options: StartOptions): Promise<N8nInstance> {
	assertRuntimeInstalled();
	for (let attempt = 1; ; attempt++) {
		try {
			return await startOnce(options);
		} catch (error) {
			// Another process took the port after the choice and before n8n's start, so choose again. A requested port
			// is not changed.
			const taken = /port (\d+) is already in use/.exec(String(error))?.[1];
			if (taken === undefined || taken === String(options.port) || attempt === 3) throw error;
		}
	}
}

async function startOnce(options: StartOptions): Promise<N8nInstance> {
	const { userFolder } = options;
	const port = options.port ?? (await freePort());
	const logFile = options.logFile ?? join(userFolder, 'n8n.log');
	mkdirSync(join(userFolder, filesFolderName), { recursive: true });
	const env = n8nEnvironment({ userFolder, port, brokerPort: await freePort(), env: options.env });
	const cwd = options.workingFolder ?? userFolder;
	const group = new ChildGroup([...(options.nodeFlags ?? []), n8nBin, 'start'], { cwd, env, logFile });
	const instance = new N8nInstance(group, port, userFolder);
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
	/** Base address without a slash at the end. */
	readonly url: string;

	constructor(
		private readonly group: ChildGroup,
		readonly port: number,
		readonly userFolder: string,
	) {
		this.url = `http://localhost:${port}`;
	}

	get pid(): number | undefined {
		return this.group.pid;
	}

	get isRunning(): boolean {
		return this.group.isRunning;
	}

	/** Settles when n8n has ended, for any reason. */
	get ended(): Promise<void> {
		return this.group.ended;
	}

	/** Folder that workflows may write to with the Read/Write Files node. */
	get filesFolder(): string {
		return join(this.userFolder, filesFolderName);
	}

	/** All text that n8n has written to the log file, including earlier runs with the same file. */
	logs(): string {
		return this.group.logs();
	}

	/** The end of the log, for error messages. */
	logTail(lines?: number): string {
		return this.group.logTail(lines);
	}

	/** A client without a session. Call `signIn` on it. */
	client(): N8nClient {
		return new N8nClient(this.url, () => this.logTail());
	}

	/** Waits until n8n answers REST requests. */
	async untilReady(withinMs: number): Promise<void> {
		const context = (): string => this.logTail();
		await waitUntil({ for: `n8n on port ${this.port} to be ready`, withinMs, context }, async () => {
			if (!this.isRunning) throw new Error(`n8n ended while starting (${this.group.ending})\n${this.logTail()}`);
			const ready =
				(await answers(`${this.url}/healthz/readiness`)) && (await answers(`${this.url}/rest/settings`));
			return ready ? true : undefined;
		});
	}

	/** Asks n8n to end, like Ctrl-C, and waits. If it does not end in time, it is killed and an error is thrown. */
	async stop(withinMs = 30_000): Promise<void> {
		await this.group.stop(withinMs);
	}

	/** Kills n8n and its task runners at once, like a power cut. */
	async kill(): Promise<void> {
		await this.group.kill();
	}
}

/** Whether n8n answers at this address. During its start, n8n answers some addresses with a page that says so. */
async function answers(url: string): Promise<boolean> {
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
		await response.arrayBuffer();
		return response.ok && (response.headers.get('content-type') ?? '').includes('json');
	} catch {
		return false;
	}
}
