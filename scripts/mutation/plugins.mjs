import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { PluginKind, commonTokens, declareClassPlugin, declareFactoryPlugin } from '@stryker-mutator/api/plugin';
import { strykerPlugins as jestPlugins } from '@stryker-mutator/jest-runner';
import { Worker } from 'node:worker_threads';
import { sampleOf } from './sample.mjs';
import { lineOf, missed } from './score.mjs';
import { stagesOf } from './stages.mjs';
import { markerOf } from './watchdog.mjs';

/** The option of this project: the number of mutants to test, and the seed that chooses them. */
export const strykerValidationSchema = {
	properties: {
		sample: { type: 'object', properties: { size: { type: 'number' }, seed: { type: 'number' } } },
	},
};

/** Tests only the mutants of the sample. Stryker counts the others as invalid, so they are not in its score. */
class SampleChecker {
	constructor({ sample }) {
		this.sample = sample;
	}

	async init() {}

	/** Puts all mutants into one group, because the choice is made among all of them. */
	async group(mutants) {
		return [mutants.map(({ id }) => id)];
	}

	async check(mutants) {
		const root = process.cwd();
		const named = mutants.map((mutant) => ({ ...mutant, fileName: relative(root, mutant.fileName) }));
		const chosen = new Set(sampleOf(named, this.sample.size, this.sample.seed).map(({ id }) => id));
		return Object.fromEntries(
			mutants.map(({ id }) => [
				id,
				chosen.has(id) ? { status: 'passed' } : { status: 'compileError', reason: 'not in the sample' },
			]),
		);
	}
}

/** A file in the working directory with the results of the first run, for the runners in the other processes. */
const foundFile = 'found.json';
/** CPU time for the start of Jest and for loading modules, in ms. */
const startMs = 15_000;

/**
 * Stryker's runner for Jest loads every test file that imports the mutated file. This one loads only the test files
 * with tests that reach the mutant. It starts with the nearest file and stops at the first failure.
 */
class NearestFirstRunner {
	#jest;
	#found;
	#testFiles;
	#watchdog;

	constructor(jest) {
		this.#jest = jest;
		const run = jest.jestTestAdapter.run.bind(jest.jestTestAdapter);
		jest.jestTestAdapter.run = (settings) => run({ ...settings, testFiles: this.#testFiles });
	}

	async init() {
		await this.#jest.init();
		this.#watchdog = new Worker(new URL('watchdog.mjs', import.meta.url));
		this.#watchdog.unref();
	}

	capabilities() {
		return this.#jest.capabilities();
	}

	/** Records the file and the time of each test, and the mutants that run while a module loads. */
	async dryRun(options) {
		const result = await this.#jest.dryRun({ ...options, files: undefined });
		const tests = (result.tests ?? []).map(({ id, fileName, timeSpentMs }) => ({ id, fileName, timeSpentMs }));
		const loading = Object.keys(result.mutantCoverage?.static ?? {});
		writeFileSync(foundFile, JSON.stringify({ tests, loading }));
		return result;
	}

	async mutantRun(options) {
		const { id } = options.activeMutant;
		if (existsSync(markerOf(id))) return { status: 'timeout', reason: 'The tests used too much CPU time.' };
		this.#found ??= JSON.parse(readFileSync(foundFile, 'utf8'));
		const { tests, loading } = this.#found;
		const isLoading = loading.includes(id);
		const run = isLoading ? { ...options, testFilter: undefined } : options;
		let result;
		for (const { files, netMs } of stagesOf({ ...options, isLoading }, tests)) {
			this.#testFiles = files;
			this.#watchdog.postMessage({ mutant: id, limitMs: startMs + 3 * netMs });
			result = await this.#jest.mutantRun(run);
			this.#watchdog.postMessage(null);
			if (result.status !== 'survived') break;
		}
		return result;
	}

	async dispose() {
		await this.#watchdog?.terminate();
	}
}

/** Prints each mutant that no test detects, and each that times out, as soon as its result is known. */
class MissedReporter {
	static inject = [];

	onMutantTested(mutant) {
		if ([...missed, 'Timeout'].includes(mutant.status)) console.log(lineOf(mutant));
	}
}

const createChecker = Object.assign((options) => new SampleChecker(options), { inject: [commonTokens.options] });
const createRunner = Object.assign(
	(injector) => new NearestFirstRunner(injector.injectFunction(jestPlugins[0].factory)),
	{ inject: [commonTokens.injector] },
);

export const strykerPlugins = [
	declareFactoryPlugin(PluginKind.Checker, 'sample', createChecker),
	declareClassPlugin(PluginKind.Reporter, 'missed', MissedReporter),
	declareFactoryPlugin(PluginKind.TestRunner, 'nearest-first', createRunner),
];
