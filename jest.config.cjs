/**
 * One project a kind of test, so that each can be run and counted by itself (`jest --selectProjects unit`).
 * Types are checked by `npm run types`; here TypeScript is only stripped, which keeps the unit run short.
 */
const kind = (name, testMatch, extra = {}) => ({
	displayName: name,
	testEnvironment: 'node',
	testMatch,
	testPathIgnorePatterns: ['/node_modules/', '/dist/', '/.build/', '/.bench/', '/.n8n/'],
	modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.build', '<rootDir>/.bench', '<rootDir>/.n8n'],
	transform: {
		'\\.ts$': [
			'ts-jest',
			{
				tsconfig: {
					module: 'commonjs',
					moduleResolution: 'bundler',
					target: 'es2023',
					esModuleInterop: true,
					isolatedModules: true,
					allowImportingTsExtensions: true,
					rewriteRelativeImportExtensions: false,
				},
				diagnostics: false,
			},
		],
	},
	...extra,
});

const pure = [
	'model',
	'memory',
	'http',
	'providers',
	'jobs',
	'images',
	'nodes',
	'credentials',
	'sandbox',
	'scripts',
	'bench',
];

/** jest reads the time of a project's tests from here only, not from `testTimeout`. */
const long = { setupFilesAfterEnv: ['<rootDir>/test/support/longTests.ts'] };

/** @type {import('jest').Config} */
module.exports = {
	reporters: ['default', '<rootDir>/test/closingLine.cjs'],
	projects: [
		kind(
			'unit',
			pure.map((folder) => `<rootDir>/${folder}/**/*.test.ts`),
		),
		kind('contract', ['<rootDir>/test/contract/**/*.test.ts']),
		kind('engine', ['<rootDir>/test/engine/**/*.test.ts'], long),
		kind('faults', ['<rootDir>/test/faults/**/*.test.ts'], long),
		kind('n8n', ['<rootDir>/test/n8n/**/*.test.ts'], long),
		kind('browser', ['<rootDir>/test/browser/**/*.test.ts'], long),
	],
};
