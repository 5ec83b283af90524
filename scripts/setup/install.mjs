import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm, runLogged } from './commands.mjs';
import { nodeHeaders, nodeVersion, places, root } from './places.mjs';
import { withProgress } from './progress.mjs';
import { hashOf, stampFor } from './stamps.mjs';

const quiet = ['--no-audit', '--no-fund'];

/** Installs the private Node.js that runs all programs of the project. */
export async function installNode() {
	const stamp = stampFor('node', nodeVersion, [places.nodeBin]);
	if (stamp.isCurrent()) return;
	const title = `Installing Node.js ${nodeVersion} into .n8n/node`;
	await withProgress(title, async () => {
		stamp.remove();
		rmSync(places.node, { recursive: true, force: true });
		mkdirSync(places.node, { recursive: true });
		writeFileSync(
			join(places.node, 'package.json'),
			JSON.stringify({ name: 'private-node', private: true, dependencies: { node: nodeVersion } }, null, '\t'),
		);
		await npm(title, ['install', '--ignore-scripts', '--no-package-lock', ...quiet], {
			cwd: places.node,
			logName: 'node',
		});
		// The install script of the package gets the binary for this platform, but npm may be configured to skip
		// install scripts.
		await runLogged(title, process.execPath, ['installArchSpecificPackage.js'], {
			cwd: places.nodePackage,
			logName: 'node-binary',
		});
		stamp.write();
	});
}

/** Installs the pack's own dependencies in the locked versions. */
export async function installDependencies() {
	if (dependenciesAreCurrent()) return;
	const title = "Installing the pack's dependencies";
	// Not `npm ci`: it rejects a lock file without the optional packages of platforms other than the one that wrote it.
	await withProgress(
		title,
		async () => await npm(title, ['install', '--no-save', ...quiet], { logName: 'dependencies' }),
	);
}

/**
 * Compares the lock file with npm's own record of the installed packages, so that a developer's `npm install` counts
 * too. Optional packages may be missing, because they are for other platforms.
 */
function dependenciesAreCurrent() {
	const record = join(root, 'node_modules', '.package-lock.json');
	if (!existsSync(record)) return false;
	const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
	const locked = Object.entries(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages);
	return locked.every(
		([path, { version, optional, link }]) =>
			path === '' || link || optional || installed[path]?.version === version,
	);
}

/** Installs the pinned n8n and compiles the two native modules that it needs for the private Node.js. */
export async function installRuntime() {
	const recipe = ['package.json', 'package-lock.json'].map((name) => join(root, 'scripts', 'runtime', name));
	const hash = hashOf(recipe, nodeVersion);
	const modules = join(places.runtime, 'node_modules');
	const installed = stampFor('runtime', hash, [join(modules, 'n8n', 'bin', 'n8n')]);
	if (!installed.isCurrent()) {
		const title = 'Installing n8n into .n8n/runtime (2 to 4 minutes)';
		await withProgress(title, async () => {
			installed.remove();
			mkdirSync(places.runtime, { recursive: true });
			copyFileSync(join(root, 'scripts', 'runtime', 'package.json'), join(places.runtime, 'package.json'));
			copyFileSync(
				join(root, 'scripts', 'runtime', 'package-lock.json'),
				join(places.runtime, 'package-lock.json'),
			);
			// Scripts are off, because a dependency of n8n that is not needed here (a Kafka client) does not build. Not
			// `npm ci`, for the reason above.
			await npm(title, ['install', '--legacy-peer-deps', '--ignore-scripts', ...quiet], {
				cwd: places.runtime,
				logName: 'runtime',
			});
			installed.write();
		});
	}
	const compiled = stampFor('runtime-native', hash, [join(modules, 'sqlite3', 'build')]);
	if (compiled.isCurrent()) return;
	const title = "Compiling n8n's native modules (about a minute)";
	await withProgress(title, async () => {
		compiled.remove();
		const env = { npm_config_nodedir: nodeHeaders() };
		await npm(title, ['rebuild', 'sqlite3', 'isolated-vm', '--ignore-scripts=false'], {
			cwd: places.runtime,
			env,
			logName: 'runtime-native',
		});
		// npm reports success even if a script was not allowed to run.
		await runLogged(title, places.nodeBin, ['-e', 'require("sqlite3"); require("isolated-vm")'], {
			cwd: places.runtime,
			logName: 'runtime-native-check',
		});
		compiled.write();
	});
}
