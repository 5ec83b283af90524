import { join } from 'node:path';
import { root } from './places.mjs';

const modules = join(root, 'node_modules');
const bin = {
	biome: join(modules, '@biomejs', 'biome', 'bin', 'biome'),
	depcruise: join(modules, 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs'),
	eslint: join(modules, 'eslint', 'bin', 'eslint.js'),
	jest: join(modules, 'jest', 'bin', 'jest.js'),
	tsc: join(modules, 'typescript', 'bin', 'tsc'),
};

/** Folder in which `npm run check` saves its results. It may be deleted at any time. */
const cacheFolder = join(modules, '.cache', 'check');

/** All code whose imports dependency-cruiser follows. */
const code = [
	...['model', 'memory', 'http', 'images', 'providers', 'jobs', 'nodes', 'credentials'],
	...['sandbox', 'scripts', 'test', 'bench'],
];

/**
 * The command lines of the tools, each a list of arguments for Node.js. `paths` are relative to the project; no path
 * means everything.
 */
export const tools = {
	/** Fails when a file is not formatted; `write` formats it instead. */
	format: (paths, { write = false } = {}) => [
		bin.biome,
		'format',
		'--no-errors-on-unmatched',
		...(write ? ['--write'] : []),
		...(paths.length > 0 ? paths : ['.']),
	],
	/** `cached` skips files that are unchanged since they passed, even if types that they use have changed. */
	eslint: (pathsAndFlags, { cached = false } = {}) => [
		bin.eslint,
		...(cached
			? ['--cache', '--cache-strategy', 'content', '--cache-location', join(cacheFolder, 'eslint.json')]
			: []),
		'--no-warn-ignored',
		...(pathsAndFlags.every((arg) => arg.startsWith('-')) ? ['.'] : []),
		...pathsAndFlags,
	],
	/**
	 * Checks for import cycles and for the allowed direction of imports. Always checks the whole project, in 1 to 3
	 * seconds.
	 */
	imports: () => [bin.depcruise, '--config', '.dependency-cruiser.cjs', ...code],
	types: (args, { incremental = false } = {}) => [
		bin.tsc,
		'--noEmit',
		'-p',
		'tsconfig.json',
		...(incremental ? ['--incremental', '--tsBuildInfoFile', join(cacheFolder, 'types.tsbuildinfo')] : []),
		...args,
	],
	/** The project is the last argument: after that flag, jest reads every word as another project. */
	jest: (project, args) => [bin.jest, ...args, '--selectProjects', project],
};
