import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isPortFree } from '../lib/ports';
import type { Ports } from './options';
import { Problem } from './problem';

/**
 * Makes this process the only demo on its data folder until it ends. Two n8n instances on one SQLite file lose data.
 */
export function claimInstance(file: string): void {
	const holder = holderOf(file);
	if (holder !== undefined && holder !== process.pid && isAlive(holder)) {
		throw new Problem(
			`npm start or npm run dev is running already (process ${holder}). ` +
				'End it first: two instances of n8n must not share one database.',
		);
	}
	writeFileSync(file, String(process.pid));
	process.on('exit', () => rmSync(file, { force: true }));
}

/**
 * Checks that the ports are free.
 * @param sandboxes number of ports that the sandboxes need, from the chosen one up
 * @throws if a port is in use; the message names the option for other ports
 */
export async function demandPorts(options: Ports, sandboxes: number): Promise<void> {
	const last = options.sandboxPort + sandboxes - 1;
	if (options.port >= options.sandboxPort && options.port <= last)
		throw new Problem(
			`n8n cannot have port ${options.port}: the sandboxes take ${options.sandboxPort} to ${last}.`,
		);
	const wanted = [
		{ port: options.port, who: 'n8n', flag: '--port', variable: 'N8N_PORT', next: options.port + 1 },
		...Array.from({ length: sandboxes }, (_, place) => ({
			port: options.sandboxPort + place,
			who: 'a sandbox',
			flag: '--sandbox-port',
			variable: 'SANDBOX_PORT',
			next: last + 1,
		})),
	];
	for (const { port, who, flag, variable, next } of wanted) {
		if (await isPortFree(port)) continue;
		throw new Problem(
			`Port ${port}, wanted for ${who}, is in use. ` +
				`End the program that listens there, or choose another port: ` +
				`${options.command} -- ${flag} ${next} (or ${variable}=${next}).`,
		);
	}
}

function holderOf(file: string): number | undefined {
	try {
		const pid = Number(readFileSync(file, 'utf8'));
		return Number.isInteger(pid) && pid > 0 ? pid : undefined;
	} catch {
		return undefined;
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
