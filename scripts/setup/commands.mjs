import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { places, root } from './places.mjs';
import { Problem, explain } from './problem.mjs';

const windows = process.platform === 'win32';

/** The environment of a child process. The private Node.js is first on the path, if it is installed. */
export function childEnvironment(extra = {}) {
	const path = existsSync(places.nodeBin) ? [places.nodeBinFolder, process.env.PATH] : [process.env.PATH];
	// Variables that npm sets for this project's scripts would change the configuration of an npm that works on another
	// project.
	const outer = Object.entries(process.env).filter(
		([name]) =>
			!/^npm_(package|lifecycle|command|config_(ignore_scripts|omit_lockfile|local_prefix|node_gyp))/.test(name),
	);
	return { ...Object.fromEntries(outer), PATH: path.filter(Boolean).join(delimiter), ...extra };
}

/** Runs a command and writes its output to a log. A failure becomes a message with the cause or the end of the log. */
export async function runLogged(title, command, args, { cwd = root, env = {}, logName }) {
	mkdirSync(places.logs, { recursive: true });
	const logFile = join(places.logs, `${logName}.log`);
	const log = openSync(logFile, 'w');
	try {
		const code = await exitCodeOf(
			spawn(command, args, {
				cwd,
				env: childEnvironment(env),
				stdio: ['ignore', log, log],
				shell: windows && command === 'npm',
			}),
		);
		if (code !== 0) throw new Problem(explain(title, readFileSync(logFile, 'utf8'), logFile));
	} finally {
		closeSync(log);
	}
	return readFileSync(logFile, 'utf8');
}

/** Runs the npm that runs this command, with the private Node.js if it is installed. */
export async function npm(title, args, options) {
	const cli = process.env.npm_execpath;
	// If the registry cannot be reached, npm gives up after seconds, not minutes.
	const env = {
		npm_config_fetch_retry_mintimeout: '1000',
		npm_config_fetch_retry_maxtimeout: '5000',
		npm_config_update_notifier: 'false',
		...options.env,
	};
	const node = existsSync(places.nodeBin) ? places.nodeBin : process.execPath;
	if (cli?.endsWith('npm-cli.js') && existsSync(cli))
		return await runLogged(title, node, [cli, ...args], { ...options, env });
	return await runLogged(title, 'npm', args, { ...options, env });
}

/** Runs a program of the project with the private Node.js and the terminal's own streams. */
export async function runNode(args, { env = {} } = {}) {
	return await exitCodeOf(spawn(places.nodeBin, args, { cwd: root, env: childEnvironment(env), stdio: 'inherit' }));
}

/** Waits for a child process to end. Gives its exit code, or 1 if a signal ended it. */
export async function exitCodeOf(child) {
	return await new Promise((resolve, reject) => {
		child.once('error', (error) =>
			reject(new Problem(`${child.spawnfile} could not be started: ${error.message}`)),
		);
		child.once('close', (code) => resolve(code ?? 1));
	});
}
