import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findOrInstallChromium } from './browser.mjs';
import { closingLine, countsIn, isGood } from './closingLines.mjs';
import { childEnvironment, exitCodeOf } from './commands.mjs';
import { places, root } from './places.mjs';
import { Problem } from './problem.mjs';

const modules = join(root, 'node_modules');
/** The project last: jest takes every word after that flag for one more project. */
const jest = (name) => (args) => [join(modules, 'jest', 'bin', 'jest.js'), ...args, '--selectProjects', name];
const eslint = (args) => [join(modules, 'eslint', 'bin', 'eslint.js'), ...(args.length > 0 ? args : ['.'])];
const tsc = (args) => [join(modules, 'typescript', 'bin', 'tsc'), '--noEmit', '-p', 'tsconfig.json', ...args];
const basics = ['node', 'dependencies'];
const instance = [...basics, 'pack', 'tools', 'runtime', 'install', 'template'];

/** In the order of running: what answers soonest first. */
export const runners = {
	lint: { needs: basics, args: eslint, single: true },
	types: { needs: basics, args: tsc, single: true },
	unit: { needs: basics, args: jest('unit') },
	contract: { needs: basics, args: jest('contract') },
	engine: { needs: basics, args: jest('engine') },
	n8n: { needs: instance, args: jest('n8n') },
	browser: { needs: instance, args: jest('browser'), chromium: true },
};

/** Runs one runner by name, further arguments going to it, or all of them, and gives the exit code. */
export async function runTests([name, ...args], ensure) {
	if (name !== undefined && !runners[name])
		throw new Problem(`There is no test runner "${name}"; there are ${Object.keys(runners).join(', ')}.`);
	const ci = process.env.CI === 'true';
	const results = [];
	for (const one of name === undefined ? Object.keys(runners) : [name]) {
		console.log(`\n── ${one}`);
		const started = Date.now();
		const result = await runOne(one, args, ensure);
		results.push({
			name: one,
			seconds: Math.round((Date.now() - started) / 1000),
			...result,
			good: isGood(result, ci),
		});
	}
	if (results.length > 1) printSummary(results);
	const skippedInCi = results.filter(({ counts }) => ci && counts.skipped > 0);
	for (const { name: one } of skippedInCi) console.log(`${one}: skips count as failures with CI=true`);
	return results.every(({ good }) => good) ? 0 : 1;
}

async function runOne(name, args, ensure) {
	const runner = runners[name];
	const env = {};
	try {
		await ensure(runner.needs);
		if (runner.chromium) {
			const chromium = await findOrInstallChromium();
			if (!chromium.path) return skipped(name, chromium.reason);
			env.CHROMIUM_PATH = chromium.path;
		}
	} catch (error) {
		if (!(error instanceof Problem)) throw error;
		console.error(`\n${error.message}`);
		return close(name, 1, undefined);
	}
	const { exitCode, output } = await run(runner.args(args), env);
	const counts = runner.single
		? { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 }
		: countsIn(output, name);
	return runner.single || !counts ? close(name, exitCode, counts) : { exitCode, counts };
}

function skipped(name, reason) {
	console.log(`skipped: ${reason}`);
	return close(name, 0, { passed: 0, failed: 0, skipped: 1 });
}

/** Prints the closing line for a runner that has not printed its own. */
function close(name, exitCode, counts = { passed: 0, failed: 1, skipped: 0 }) {
	console.log(closingLine(name, counts));
	return { exitCode, counts };
}

/** Runs a tool with its output shown as it comes, and kept. */
async function run(args, env) {
	const colors = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
	const child = spawn(places.nodeBin, args, {
		cwd: root,
		env: childEnvironment({ ...colors, ...env }),
		stdio: ['inherit', 'pipe', 'pipe'],
	});
	let output = '';
	const show = (stream) => (chunk) => {
		output += chunk;
		stream.write(chunk);
	};
	child.stdout.on('data', show(process.stdout));
	child.stderr.on('data', show(process.stderr));
	return { exitCode: await exitCodeOf(child), output };
}

function printSummary(results) {
	console.log('\n── summary');
	for (const { name, counts, seconds, good } of results)
		console.log(`${good ? '✓' : '✗'} ${closingLine(name, counts)} (${seconds} s)`);
}
