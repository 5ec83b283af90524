import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { places } from './places.mjs';
import { Problem } from './problem.mjs';

const patienceMs = 20 * 60_000;

/**
 * Ensures that two commands of this checkout do not install at the same time. The second one waits, and then finds
 * everything installed.
 */
export async function withLock(work, { file = places.lock, withinMs = patienceMs, say = console.log } = {}) {
	mkdirSync(places.instance, { recursive: true });
	const deadline = Date.now() + withinMs;
	for (let reported = false; !take(file); reported = true) {
		const holder = holderOf(file);
		// A command that was killed has left the lock.
		if (holder === undefined || !isAlive(holder)) {
			rmSync(file, { force: true });
			continue;
		}
		if (!reported) say(`Waiting for another command of this checkout (process ${holder}) to finish installing …`);
		if (Date.now() > deadline)
			throw new Problem(
				`Process ${holder} has been installing for too long. ` +
					`End it, or delete ${file}, and run the command again.`,
			);
		await sleep(250);
	}
	const release = () => rmSync(file, { force: true });
	process.once('exit', release);
	try {
		return await work();
	} finally {
		process.removeListener('exit', release);
		release();
	}
}

function take(file) {
	try {
		writeFileSync(file, String(process.pid), { flag: 'wx' });
		return true;
	} catch (error) {
		if (error.code === 'EEXIST') return false;
		throw error;
	}
}

function holderOf(file) {
	try {
		const pid = Number(readFileSync(file, 'utf8'));
		return Number.isInteger(pid) && pid > 0 ? pid : undefined;
	} catch {
		return undefined;
	}
}

/** Whether a process with this id exists, also one of another user. */
export function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}
