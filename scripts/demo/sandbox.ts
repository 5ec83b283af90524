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
					return await Promise.all(
						sandbox.all.map(({ backend }) => sandbox.control(backend.id, 'GET', 'settings')),
					).catch(() => undefined);
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
		for (const { backend } of this.all)
			if (backend.webhooks) await this.control(backend.id, 'PATCH', 'settings', { webhookUrl });
	}

	/** The URL of a backend's stand-in. */
	urlOf(id: string): string {
		const found = this.all.find(({ backend }) => backend.id === id);
		if (!found) throw new Error(`There is no sandbox of ${id}`);
		return found.url;
	}

	/** Sends a request of the control path, such as `control('imageSaas', 'PATCH', 'settings', {…})`. */
	async control<T>(id: string, method: string, path: string, body?: unknown): Promise<T> {
		const init: RequestInit = { method, signal: AbortSignal.timeout(5_000) };
		if (body !== undefined)
			Object.assign(init, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
		const response = await fetch(`${this.urlOf(id)}/__sandbox/${path}`, init);
		const text = await response.text();
		if (!response.ok)
			throw new Error(`The sandbox of ${id} answered ${method} ${path} with ${response.status}: ${text}`);
		return (text === '' ? undefined : JSON.parse(text)) as T;
	}

	async stop(): Promise<void> {
		await this.group.stop(5_000);
	}
}
