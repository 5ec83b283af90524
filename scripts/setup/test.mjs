import { spawn } from 'node:child_process';
import { findOrInstallChromium } from './browser.mjs';
import { closingLine, countsIn, isGood } from './closingLines.mjs';
import { childEnvironment, exitCodeOf } from './commands.mjs';
import { places, root } from './places.mjs';
import { Problem } from './problem.mjs';
import { tools } from './tools.mjs';

const jest = (project) => (args) => [tools.jest(project, args)];
/** `imports` takes no paths, so it runs only if no path limits the lint. Flags are for ESLint. */
const lint = (args) => {
	const paths = args.filter((arg) => !arg.startsWith('-'));
	return [tools.format(paths), tools.eslint(args), ...(paths.length > 0 ? [] : [tools.imports()])];
};
const basics = ['node', 'dependencies'];
const instance = [...basics, 'pack', 'tools', 'runtime', 'install', 'template'];

/**
 * In the order in which they run: the fastest runner first. `programs` gives the command lines of a runner. A `plain`
 * runner prints no counts, so each of its programs counts as one test.
 */
export const runners = {
	lint: { needs: basics, programs: lint, plain: true },
	types: { needs: basics, programs: (args) => [tools.types(args)], plain: true },
	unit: { needs: basics, programs: jest('unit') },
	contract: { needs: basics, programs: jest('contract') },
	engine: { needs: basics, programs: jest('engine') },
	n8n: { needs: instance, programs: jest('n8n') },
	browser: { needs: instance, programs: jest('browser'), chromium: true },
};

/** Runs all runners, or one by name with further arguments. Gives the exit code. */
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
	const ended = [];
	for (const program of runner.programs(args)) ended.push(await run(program, env));
	const exitCode = ended.find((one) => one.exitCode !== 0)?.exitCode ?? 0;
	if (runner.plain) {
		const passed = ended.filter((one) => one.exitCode === 0).length;
		return close(name, exitCode, { passed, failed: ended.length - passed, skipped: 0 });
	}
	const counts = countsIn(ended.map(({ output }) => output).join(''), name);
	return counts ? { exitCode, counts } : close(name, exitCode);
}

function skipped(name, reason) {
	console.log(`skipped: ${reason}`);
	return close(name, 0, { passed: 0, failed: 0, skipped: 1 });
}

/** Prints the closing line for a runner that has not printed one. */
function close(name, exitCode, counts = { passed: 0, failed: 1, skipped: 0 }) {
	console.log(closingLine(name, counts));
	return { exitCode, counts };
}

/** Runs a tool. Shows its output immediately and keeps it. */
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
