import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isPortFree } from '../lib/ports';
import type { DemoOptions } from './options';
import { Problem } from './problem';

/** Makes this the only demo on its data folder for as long as the process lives; two n8n on one SQLite file lose data. */
export function claimInstance(file: string): void {
	const holder = holderOf(file);
	if (holder !== undefined && holder !== process.pid && isAlive(holder)) {
		throw new Problem(`npm start is running already (process ${holder}). End it first; it and this one would share their data.`);
	}
	writeFileSync(file, String(process.pid));
	process.on('exit', () => rmSync(file, { force: true }));
}

/** Refuses ports that are taken, naming the way to others. */
export async function demandPorts(options: DemoOptions): Promise<void> {
	const wanted = [
		{ port: options.port, who: 'n8n', flag: '--port', variable: 'N8N_PORT' },
		{ port: options.sandboxPort, who: 'the sandbox', flag: '--sandbox-port', variable: 'SANDBOX_PORT' },
	];
	for (const { port, who, flag, variable } of wanted) {
		if (await isPortFree(port)) continue;
		throw new Problem(`Port ${port}, wanted for ${who}, is in use. End what listens there, or choose another: npm start -- ${flag} ${port + 1} (or ${variable}=${port + 1}).`);
	}
	if (options.port === options.sandboxPort) throw new Problem(`n8n and the sandbox cannot both have port ${options.port}.`);
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
