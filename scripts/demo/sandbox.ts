import { join } from 'node:path';
import { ChildGroup } from '../lib/childGroup';
import { waitUntil } from '../lib/deadline';
import { projectRoot } from '../lib/paths';

/** What the sandbox says of itself; the credential is made from it. */
export interface SandboxSettings {
	apiKey: string;
	webhookSecret: string;
	requestsPerMinute: number;
	maxConcurrent: number;
}

/** The running stand-in of the backend. */
export class SandboxProcess {
	readonly url: string;

	private constructor(private readonly group: ChildGroup, port: number) {
		// The address the sandbox itself names in its results: downloads are only allowed from the credential's own host.
		this.url = `http://127.0.0.1:${port}`;
	}

	/** Starts the sandbox and returns once it answers. */
	static async start(port: number, logFile: string): Promise<SandboxProcess> {
		const env = Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
		const group = new ChildGroup([join(projectRoot, '.build', 'sandbox', 'main.js'), '--port', String(port)], { cwd: projectRoot, env, logFile });
		const sandbox = new SandboxProcess(group, port);
		const context = (): string => group.logTail();
		try {
			await waitUntil({ for: `the sandbox on port ${port} to be ready`, withinMs: 30_000, context }, async () => {
				if (!group.isRunning) throw new Error(`The sandbox ended while starting (${group.ending})\n${group.logTail()}`);
				return await sandbox.settings().catch(() => undefined);
			});
		} catch (error) {
			await group.kill();
			throw error;
		}
		return sandbox;
	}

	/** Settles when the sandbox has ended, whoever ended it. */
	get ended(): Promise<void> {
		return this.group.ended;
	}

	logTail(): string {
		return this.group.logTail();
	}

	async settings(): Promise<SandboxSettings> {
		return (await this.control('GET')) as SandboxSettings;
	}

	/** Tells the sandbox where its webhooks go. */
	async sendWebhooksTo(webhookUrl: string): Promise<void> {
		await this.control('PATCH', { webhookUrl });
	}

	async stop(): Promise<void> {
		await this.group.stop(5_000);
	}

	private async control(method: string, body?: unknown): Promise<unknown> {
		const init: RequestInit = { method, signal: AbortSignal.timeout(5_000) };
		if (body !== undefined) Object.assign(init, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
		const response = await fetch(`${this.url}/__sandbox/settings`, init);
		if (!response.ok) throw new Error(`The sandbox answered ${method} /__sandbox/settings with ${response.status}: ${await response.text()}`);
		return await response.json();
	}
}
