const { join } = require('node:path');
const { projects } = require('../../jest.config.cjs');

const unit = projects.find(({ displayName }) => displayName === 'unit');
/** The layers that have mutants. The tests of the nodes reach them too, but they are slow and far from the code. */
const folders = ['memory', 'http', 'providers', 'jobs'];

/**
 * The unit tests for Stryker, which runs them in a copy of the repository under `.build/`. So the ignored folders are
 * those of the copy; the copy's own path contains `.build`.
 */
module.exports = {
	...unit,
	rootDir: join(__dirname, '..', '..'),
	testMatch: folders.map((folder) => `<rootDir>/${folder}/**/*.test.ts`),
	testPathIgnorePatterns: ['/node_modules/'],
	testEnvironment: join(__dirname, 'stopAtFailure.cjs'),
};
