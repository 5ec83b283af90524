import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { runLogged } from './commands.mjs';
import { places, root } from './places.mjs';
import { withProgress } from './progress.mjs';
import { hashOf, stampFor } from './stamps.mjs';

const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

/** Compiles the pack to `dist/`, in the form in which it is published. */
export async function buildPack() {
	await compile({
		name: 'build-pack',
		title: 'Building the pack',
		config: 'tsconfig.build.json',
		output: places.dist,
		afterwards: () => ['nodes', 'credentials'].forEach(copyAssets),
	});
}

/** Compiles the sandbox and the scripts to `.build/`. */
export async function buildTools() {
	await compile({
		name: 'build-tools',
		title: 'Building the sandbox and the scripts',
		config: 'tsconfig.tools.json',
		output: places.build,
	});
}

/** Compiles the benchmarks to `.bench/`. */
export async function buildBench() {
	await compile({
		name: 'build-bench',
		title: 'Building the benchmarks',
		config: 'tsconfig.bench.json',
		output: places.bench,
	});
}

async function compile({ name, title, config, output, afterwards }) {
	const inputs = inputsOf(config);
	const stamp = stampFor(name, hashOf(inputs), [output]);
	if (stamp.isCurrent()) return;
	await withProgress(title, async () => {
		stamp.remove();
		// Removes the results of an earlier build: files of deleted sources, and the compiler's record that all files
		// are written.
		rmSync(output, { recursive: true, force: true });
		await runLogged(title, places.nodeBin, [tsc, '-p', config, '--incremental', 'false'], { logName: name });
		afterwards?.();
		stamp.write();
	});
}

/**
 * The compiler's input: the folders of a configuration, the configurations, and the lock file, which has the versions
 * of types and compiler.
 */
function inputsOf(config) {
	const { include } = JSON.parse(withoutComments(readFileSync(join(root, config), 'utf8')));
	return [...include, config, 'tsconfig.json', 'package-lock.json'].map((path) => join(root, path));
}

/** Removes comments that fill whole lines. These files have no others. */
function withoutComments(json) {
	return json.replace(/^\s*\/\/.*$/gm, '');
}

/** Copies icons and codex files beside the compiled nodes, because the compiler does not. */
function copyAssets(folder) {
	const from = join(root, folder);
	for (const name of readdirSync(from, { recursive: true })) {
		const isAsset = ['.svg', '.png', '.json'].includes(extname(name));
		if (!isAsset || !statSync(join(from, name)).isFile()) continue;
		const target = join(places.dist, folder, name);
		mkdirSync(dirname(target), { recursive: true });
		cpSync(join(from, name), target);
	}
}
