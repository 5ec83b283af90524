import { join } from 'node:path';
import { buildBench, buildPack, buildTools } from './build.mjs';
import { runCheck } from './check.mjs';
import { runNode } from './commands.mjs';
import { faultsEnvironment } from './faults.mjs';
import { checkFlags } from './flags.mjs';
import { installDependencies, installNode, installRuntime } from './install.mjs';
import { withLock } from './lock.mjs';
import { installPack } from './pack.mjs';
import { places, root } from './places.mjs';
import { asProblem } from './problem.mjs';
import { writeSbom } from './sbom.mjs';
import { runScript } from './start.mjs';
import { makeTemplate } from './template.mjs';
import { runTests } from './test.mjs';
import { tools } from './tools.mjs';

/** All steps, in the order in which they run: each needs the steps before it. */
export const steps = {
	node: installNode,
	dependencies: installDependencies,
	pack: buildPack,
	tools: buildTools,
	runtime: installRuntime,
	install: installPack,
	template: makeTemplate,
};

/**
 * Runs the named steps while no other command of this checkout runs steps. A step that is already done takes no time.
 */
export async function ensure(names) {
	await withLock(async () => {
		for (const [name, step] of Object.entries(steps)) if (names.includes(name)) await step();
	});
}

const stage = ['node', 'dependencies', 'pack', 'tools', 'runtime', 'install'];

const commands = {
	bootstrap: async () => await ensure(Object.keys(steps)).then(() => 0),
	build: async () => await ensure(['node', 'dependencies', 'pack', 'tools']).then(() => 0),
	start: async (args) => await startDemo('start', 'demo', args),
	test: async (args) => await runTests(args, ensure),
	dev: async (args) => await startDemo('dev', 'dev', args),
	check: async (args) => await runCheck(args, ensure),
	format: async (args) => {
		await ensure(['node', 'dependencies']);
		return await runNode(tools.format(args, { write: true }));
	},
	// Writes the parts of docs and package.json that come from the registry of providers, the Chinese workflows, and
	// the page with the figures of the tests.
	// Without the variable, the same tests check them.
	generate: async (args) => {
		await ensure(['node', 'dependencies']);
		process.env.UPDATE_DOCS = '1';
		return await runNode(
			tools.jest('contract', [...args, '--testPathPatterns', 'contract/(registry|translations|reliability)']),
		);
	},
	// Runs the unit tests of the changed files, again after every change.
	watch: async (args) => {
		await ensure(['node', 'dependencies']);
		return await runNode(tools.jest('unit', [...args, '--watch']));
	},
	// The browser tests show every picture of the docs, so they also take the pictures.
	pictures: async (args) => {
		process.env.PICTURES = 'docs';
		return await runTests(['browser', ...args], ensure);
	},
	faults: async (args) => {
		const env = faultsEnvironment(args);
		if (env === undefined) return 0;
		await ensure(['node', 'dependencies']);
		return await runNode(tools.jest('faults', []), { env });
	},
	mutation: async (args) => {
		await ensure(['node', 'dependencies']);
		return await runNode([join(root, 'scripts', 'mutation', 'main.mjs'), ...args]);
	},
	bench: async (args) => {
		await ensure(Object.keys(steps));
		await buildBench();
		return await runNode([join(places.bench, 'bench', 'main.js'), ...args]);
	},
	// Half an hour of mixed pipelines in one n8n: `npm run soak -- --minutes 5`.
	soak: async (args) => {
		await ensure(Object.keys(steps));
		await buildBench();
		return await runNode([join(places.bench, 'bench', 'soak', 'main.js'), ...args]);
	},
	sbom: async () => {
		await ensure(['node']);
		return await writeSbom();
	},
};

/** Checks the flags first: nobody waits minutes for an installation to learn that a flag is unknown. */
async function startDemo(command, script, args) {
	const usage = checkFlags(command, args);
	if (usage !== undefined) {
		console.log(usage);
		return 0;
	}
	await ensure(stage);
	return await runScript(script, args);
}

/**
 * Runs a command and gives the exit code. For a problem that the user can fix, it prints one message without a stack.
 */
export async function main([name, ...args]) {
	const command = commands[name];
	if (!command) {
		console.error(`Commands: ${Object.keys(commands).join(', ')}`);
		return 1;
	}
	try {
		return await command(args);
	} catch (error) {
		const problem = asProblem(error);
		console.error(problem === undefined ? error : `\n${problem}`);
		return 1;
	}
}
