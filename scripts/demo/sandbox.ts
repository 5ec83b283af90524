import { join } from 'node:path';
import { type Backend, backends } from '../../sandbox/backends';
import { ChildGroup } from '../lib/childGroup';
import { waitUntil } from '../lib/deadline';
import { projectRoot } from '../lib/paths';

/** The running stand-ins of all backends, in one process. */
export class SandboxProcess {
	/**
	 * The stand-ins, each at the URL that it uses in its results: a credential allows downloads only from its own host.
	 */
	readonly all: ReadonlyArray<{ backend: Backend; url: string }>;

	private constructor(
		private readonly group: ChildGroup,
		port: number,
	) {
		this.all = backends.map((backend, place) => ({ backend, url: `http://127.0.0.1:${port + place}` }));
	}

	/** Starts all stand-ins and returns when they answer. */
	static async start(port: number, logFile: string): Promise<SandboxProcess> {
		const env = Object.fromEntries(
			Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
		);
		const group = new ChildGroup(
			[join(projectRoot, '.build', 'sandbox', 'main.js'), '--all', '--port', String(port)],
			{ cwd: projectRoot, env, logFile },
		);
		const sandbox = new SandboxProcess(group, port);
		const context = (): string => group.logTail();
		try {
			await waitUntil(
				{ for: `the sandboxes from port ${port} on to be ready`, withinMs: 30_000, context },
				async () => {
					if (!group.isRunning)
						throw new Error(`The sandbox ended while starting (${group.ending})\n${group.logTail()}`);
					return await Promise.all(sandbox.all.map(({ url }) => control(url, 'GET'))).catch(() => undefined);
				},
			);
		} catch (error) {
			await group.kill();
			throw error;
		}
		return sandbox;
	}

	/** Settles when the sandbox has ended, for any reason. */
	get ended(): Promise<void> {
		return this.group.ended;
	}

	logTail(): string {
		return this.group.logTail();
	}

	/** Sets the webhook URL of the stand-in that sends webhooks. */
	async sendWebhooksTo(webhookUrl: string): Promise<void> {
		for (const { backend, url } of this.all) if (backend.webhooks) await control(url, 'PATCH', { webhookUrl });
	}

	async stop(): Promise<void> {
		await this.group.stop(5_000);
	}
}

async function control(url: string, method: string, body?: unknown): Promise<unknown> {
	const init: RequestInit = { method, signal: AbortSignal.timeout(5_000) };
	if (body !== undefined)
		Object.assign(init, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
	const response = await fetch(`${url}/__sandbox/settings`, init);
	if (!response.ok)
		throw new Error(
			`The sandbox answered ${method} /__sandbox/settings with ${response.status}: ${await response.text()}`,
		);
	return await response.json();
}
