import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { childEnvironment, exitCodeOf } from './commands.mjs';
import { places, root } from './places.mjs';

/**
 * Runs a script that starts n8n, with the private Node.js, until it ends. The channel to the script closes when this
 * process ends, so the script never runs longer than this process.
 * @param script `demo` or `dev`
 */
export async function runScript(script, args) {
	const demo = spawn(places.nodeBin, [join(places.build, 'scripts', `${script}.js`), ...args], {
		cwd: root,
		env: childEnvironment(),
		stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
	});
	// The terminal sends Ctrl-C to the demo too. The demo ends n8n and the sandbox, and then this process ends.
	process.on('SIGINT', () => undefined);
	for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => demo.kill(signal));
	return await exitCodeOf(demo);
}
