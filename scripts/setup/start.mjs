import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { childEnvironment, exitCodeOf } from './commands.mjs';
import { places, root } from './places.mjs';

/**
 * Runs a script that starts n8n, with the private Node.js, until it ends. The channel between us ends when this process
 * does, so the script never outlives it.
 * @param script `demo` or `dev`
 */
export async function runScript(script, args) {
	const demo = spawn(places.nodeBin, [join(places.build, 'scripts', `${script}.js`), ...args], {
		cwd: root,
		env: childEnvironment(),
		stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
	});
	// Ctrl-C reaches the demo by the terminal; it ends n8n and the sandbox, and then we end.
	process.on('SIGINT', () => undefined);
	for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => demo.kill(signal));
	return await exitCodeOf(demo);
}
