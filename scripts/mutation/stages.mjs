import { dirname, relative } from 'node:path';

/**
 * The files with the tests of a mutant, in groups to run one after another: the file's own test, the other tests of its
 * folder, those of its part (`jobs`, `http`, ...), then all others.
 * @param filesOfTests the test files by a test's full name
 */
export function stagesOf({ testFilter, sandboxFileName }, filesOfTests, root = process.cwd()) {
	const names = testFilter ?? Object.keys(filesOfTests);
	const files = [...new Set(names.flatMap((name) => filesOfTests[name] ?? []))];
	const own = sandboxFileName.replace(/\.ts$/, '.test.ts');
	const part = (file) => relative(root, file).split('/')[0];
	const distance = (file) => {
		if (file === own) return 0;
		if (dirname(file) === dirname(own)) return 1;
		return part(file) === part(own) ? 2 : 3;
	};
	const groups = Map.groupBy(files, distance);
	return [0, 1, 2, 3].flatMap((at) => (groups.has(at) ? [groups.get(at)] : []));
}
