import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { root } from '../setup/places.mjs';
import { patternsOf } from './area.mjs';
import { pageOf, scoreOf, tableOf, threshold } from './score.mjs';

const help = `Usage: npm run mutation -- [files or folders] [--sample 400] [--seed 1]

Changes the code in one place at a time and runs the unit tests that reach the place. A change that no test
notices has survived. Without files, a random sample over the whole area is tested and docs/mutation.md is written.`;

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		sample: { type: 'string' },
		seed: { type: 'string', default: '1' },
		help: { type: 'boolean', default: false },
	},
});

async function main() {
	if (values.help) {
		console.log(help);
		return 0;
	}
	const isWhole = positionals.length === 0;
	const size = Number(values.sample ?? (isWhole ? 400 : Infinity));
	const seed = Number(values.seed);
	const results = await new Stryker(options(size, seed)).runMutationTest();
	const score = scoreOf(results);
	console.log(tableOf(score));
	if (isWhole) writeFileSync(join(root, 'docs', 'mutation.md'), pageOf(score, size, seed));
	return score.all.percent >= threshold ? 0 : 1;
}

function options(size, seed) {
	const isSample = Number.isFinite(size);
	return {
		mutate: patternsOf(positionals),
		testRunner: 'nearest-first',
		plugins: [join(import.meta.dirname, 'plugins.mjs'), '@stryker-mutator/jest-runner'],
		...(isSample ? { checkers: ['sample'], sample: { size, seed } } : {}),
		jest: { configFile: 'scripts/mutation/jest.config.cjs' },
		coverageAnalysis: 'perTest',
		ignoreStatic: true,
		// A sample must not use old results, because its mutants differ from run to run.
		incremental: !isSample,
		incrementalFile: '.build/mutation/incremental.json',
		concurrency: 2,
		// The time limit for endless waits. CPU time shows endless loops, even on a busy machine.
		timeoutMS: 30_000,
		timeoutFactor: 3,
		dryRunTimeoutMinutes: 10,
		tempDirName: '.build/mutation/tree',
		ignorePatterns: ['.n8n', '.build', '.bench', '.ci', 'dist', 'docs', 'test/artifacts', '*.tgz'],
		reporters: ['missed', 'progress-append-only'],
		// Nothing is compiled here, so Stryker must not change a tsconfig file in the copy.
		tsconfigFile: 'none.json',
		disableTypeChecks: true,
		allowConsoleColors: false,
	};
}

process.chdir(root);
process.exitCode = await main();
