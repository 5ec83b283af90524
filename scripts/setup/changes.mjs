import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './places.mjs';
import { Problem } from './problem.mjs';

/**
 * Files that differ from a git revision, including uncommitted and untracked files, as paths relative to the project.
 * Deleted files are listed as `deleted`: they cannot be checked, but the files that imported them can.
 * @param base a revision that git knows, e.g. `HEAD` or `main`
 */
export function changedFiles(base = 'HEAD', cwd = root) {
	const tracked = git(['diff', '--name-only', '--no-renames', '-z', base, '--'], cwd, base);
	const untracked = git(['ls-files', '--others', '--exclude-standard', '-z'], cwd, base);
	const all = [...new Set([...tracked, ...untracked])].sort();
	return {
		files: all.filter((path) => existsSync(join(cwd, path))),
		deleted: all.filter((path) => !existsSync(join(cwd, path))),
	};
}

function git(args, cwd, base) {
	try {
		const options = { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 };
		return execFileSync('git', args, options).split('\0').filter(Boolean);
	} catch (error) {
		const reason = error.code === 'ENOENT' ? 'git is not installed' : String(error.stderr ?? error).trim();
		throw new Problem(`Cannot find out what has changed against ${base}: ${reason}`);
	}
}

const isCode = (path) => /\.(ts|mjs|cjs)$/.test(path);

/** A change of these files can change the result for every file. */
const settings = {
	eslint: /^(eslint\.config\.mjs|package-lock\.json|tsconfig\.json)$/,
	format: /^(biome\.json|package-lock\.json)$/,
	jest: /^(jest\.config\.cjs|package-lock\.json)$/,
	types: /^(package-lock\.json|tsconfig\.json)$/,
	imports: /^(\.dependency-cruiser\.cjs|package-lock\.json|tsconfig\.json)$/,
};

/** Unit tests that read files instead of importing them, so jest does not see that they are related. */
const readers = [
	{
		reads: /^scripts\/(setup\/.*\.mjs|run\.cjs)$/,
		tests: ['scripts/setup/changes.test.ts', 'scripts/setup/setup.test.ts'],
	},
	{ reads: /^docs\/(decisions\/|design\.md$)/, tests: ['scripts/docs/decisions.test.ts'] },
];

/**
 * The checks that `npm run check` must run for a change. Each entry is a list of paths, `'all'`, or undefined for
 * nothing. `imports` and `types` always check the whole project, so they are only `'all'` or undefined.
 */
export function planOf({ files, deleted }) {
	const code = files.filter(isCode);
	const touched = [...files, ...deleted];
	const touches = (pattern) => touched.some((path) => pattern.test(path));
	const codeTouched = touched.some(isCode);
	const some = (paths) => (paths.length > 0 ? paths : undefined);
	const readingTests = readers.filter(({ reads }) => touches(reads)).flatMap(({ tests }) => tests);
	const testable = files.filter((path) => isCode(path) || path.endsWith('.json'));
	return {
		format: touches(settings.format) ? 'all' : some(code),
		eslint: touches(settings.eslint)
			? 'all'
			: some(files.filter((path) => isCode(path) || path === 'package.json')),
		imports: codeTouched || touches(settings.imports) ? 'all' : undefined,
		types: codeTouched || touches(settings.types) ? 'all' : undefined,
		tests: touches(settings.jest) ? 'all' : some([...new Set([...testable, ...readingTests])]),
	};
}
