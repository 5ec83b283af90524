import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { places, root } from './places.mjs';
import { Problem, explain } from './problem.mjs';

const windows = process.platform === 'win32';

/** The environment of a child: the private Node.js first on the path once it is there. */
export function childEnvironment(extra = {}) {
	const path = existsSync(places.nodeBin) ? [places.nodeBinFolder, process.env.PATH] : [process.env.PATH];
	// What npm tells its scripts about this project would configure a nested npm that works on another one.
	const outer = Object.entries(process.env).filter(
		([name]) =>
			!/^npm_(package|lifecycle|command|config_(ignore_scripts|omit_lockfile|local_prefix|node_gyp))/.test(name),
	);
	return { ...Object.fromEntries(outer), PATH: path.filter(Boolean).join(delimiter), ...extra };
}

/** Runs a command with its output in a log; a failure becomes a message with the cause or the end of the log. */
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

/** Runs npm: the one that runs us, with the private Node.js once it is there. */
export async function npm(title, args, options) {
	const cli = process.env.npm_execpath;
	// Give up on a registry that cannot be reached after seconds, not minutes.
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

/** Runs a program of ours with the private Node.js and the terminal's own streams. */
export async function runNode(args, { env = {} } = {}) {
	return await exitCodeOf(spawn(places.nodeBin, args, { cwd: root, env: childEnvironment(env), stdio: 'inherit' }));
}

/** Waits for a child to end: its exit code, or 1 when a signal ended it. */
export async function exitCodeOf(child) {
	return await new Promise((resolve, reject) => {
		child.once('error', (error) =>
			reject(new Problem(`${child.spawnfile} could not be started: ${error.message}`)),
		);
		child.once('close', (code) => resolve(code ?? 1));
	});
}
