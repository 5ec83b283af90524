import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { PluginKind, commonTokens, declareFactoryPlugin } from '@stryker-mutator/api/plugin';
import { strykerPlugins as jestPlugins } from '@stryker-mutator/jest-runner';
import { sampleOf } from './sample.mjs';
import { stagesOf } from './stages.mjs';

/** The option of this project: how many mutants to test, and the seed of their choice. */
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

	/** All mutants in one group, since the choice is made among all. */
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

const mapFile = 'filesOfTests.json';

/**
 * Stryker's runner for Jest, which would load every test file that imports the mutated file. This one loads only the
 * files with tests that reach the mutant, the nearest file first, and stops at the first failure.
 */
class NearestFirstRunner {
	#jest;
	#filesOfTests;
	#testFiles;

	constructor(jest) {
		this.#jest = jest;
		const run = jest.jestTestAdapter.run.bind(jest.jestTestAdapter);
		jest.jestTestAdapter.run = (settings) => run({ ...settings, testFiles: this.#testFiles });
	}

	init() {
		return this.#jest.init();
	}

	capabilities() {
		return this.#jest.capabilities();
	}

	/** Notes which file has which test, for the runners in the other processes. */
	async dryRun(options) {
		const result = await this.#jest.dryRun({ ...options, files: undefined });
		const files = {};
		for (const { id, fileName } of result.tests ?? []) files[id] = [...new Set([...(files[id] ?? []), fileName])];
		writeFileSync(mapFile, JSON.stringify(files));
		return result;
	}

	async mutantRun(options) {
		if (!this.#filesOfTests && existsSync(mapFile)) this.#filesOfTests = JSON.parse(readFileSync(mapFile, 'utf8'));
		let result;
		for (const files of stagesOf(options, this.#filesOfTests)) {
			this.#testFiles = files;
			result = await this.#jest.mutantRun(options);
			if (result.status !== 'survived') break;
		}
		return result;
	}
}

const createChecker = Object.assign((options) => new SampleChecker(options), { inject: [commonTokens.options] });
const createRunner = Object.assign(
	(injector) => new NearestFirstRunner(injector.injectFunction(jestPlugins[0].factory)),
	{ inject: [commonTokens.injector] },
);

export const strykerPlugins = [
	declareFactoryPlugin(PluginKind.Checker, 'sample', createChecker),
	declareFactoryPlugin(PluginKind.TestRunner, 'nearest-first', createRunner),
];
