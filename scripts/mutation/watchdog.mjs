import { writeFileSync } from 'node:fs';
import { isMainThread, parentPort } from 'node:worker_threads';

/**
 * A thread that ends its process when the tests of a mutant use too much CPU time: a mutant may loop endlessly and
 * block the event loop. CPU time does not depend on other programs on the machine. Before it ends the process, it
 * writes the mutant's marker file, which says that the mutant hung.
 */
if (!isMainThread && parentPort) {
	let watched = null;
	const cpuMs = () => {
		const { user, system } = process.cpuUsage();
		return (user + system) / 1000;
	};
	parentPort.on('message', (message) => {
		watched = message && { ...message, startMs: cpuMs() };
	});
	setInterval(() => {
		if (!watched || cpuMs() - watched.startMs <= watched.limitMs) return;
		writeFileSync(markerOf(watched.mutant), '');
		process.kill(process.pid, 'SIGKILL');
	}, 500);
}

/** The file in the working directory that says that a mutant hung. */
export const markerOf = (mutant) => `hung-${mutant}`;
