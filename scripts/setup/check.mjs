import { spawn } from 'node:child_process';
import { changedFiles, planOf } from './changes.mjs';
import { childEnvironment, exitCodeOf } from './commands.mjs';
import { places, root } from './places.mjs';
import { tools } from './tools.mjs';

/**
 * Checks the changes since a git revision (default: `HEAD`): format, lint, imports, types and the related unit tests,
 * all at the same time. Gives the exit code.
 */
export async function runCheck([base], ensure) {
	const changes = changedFiles(base);
	const plan = planOf(changes);
	const programs = Object.entries(programsOf(plan));
	if (programs.length === 0) {
		console.log(`Nothing to check: no code has changed against ${base ?? 'HEAD'}.`);
		return 0;
	}
	await ensure(['node', 'dependencies']);
	const count = changes.files.length + changes.deleted.length;
	console.log(`Checking ${count} changed ${count === 1 ? 'file' : 'files'} …`);
	const results = await Promise.all(programs.map(async ([name, args]) => await runStep(name, args)));
	return results.every((isGood) => isGood) ? 0 : 1;
}

const pathsOf = (entry) => (entry === 'all' ? [] : entry);

function programsOf({ format, eslint, imports, types, tests }) {
	const related = tests === 'all' ? [] : ['--findRelatedTests', ...(tests ?? [])];
	return {
		...(format && { format: tools.format(pathsOf(format)) }),
		...(eslint && { lint: tools.eslint(pathsOf(eslint), { cached: true }) }),
		...(imports && { imports: tools.imports() }),
		...(types && { types: tools.types([], { incremental: true }) }),
		...(tests && { tests: tools.jest('unit', ['--passWithNoTests', ...related]) }),
	};
}

/** Runs one program and prints its result when it ends. Prints the output only if it failed or counted tests. */
async function runStep(name, args) {
	const started = Date.now();
	const child = spawn(places.nodeBin, args, {
		cwd: root,
		env: childEnvironment(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}),
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let output = '';
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
	const isGood = (await exitCodeOf(child)) === 0;
	const seconds = ((Date.now() - started) / 1000).toFixed(1);
	const counted = /^unit: .*$/m.exec(output)?.[0];
	console.log(`${isGood ? '✓' : '✗'} ${name} (${seconds} s)${counted ? ` ${counted}` : ''}`);
	if (!isGood) console.log(output.trimEnd());
	return isGood;
}
