import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { childEnvironment, exitCodeOf } from './commands.mjs';
import { places, root } from './places.mjs';

/** Runs the demo with the private Node.js until it ends. The channel between us tells it when we are gone. */
export async function runDemo(args) {
	const demo = spawn(places.nodeBin, [join(places.build, 'scripts', 'demo.js'), ...args], {
		cwd: root,
		env: childEnvironment(),
		stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
	});
	// Ctrl-C reaches the demo by the terminal; it ends n8n and the sandbox, and then we end.
	process.on('SIGINT', () => undefined);
	for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => demo.kill(signal));
	return await exitCodeOf(demo);
}
