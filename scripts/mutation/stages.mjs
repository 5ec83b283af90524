import { dirname, relative } from 'node:path';

/**
 * The files with the tests of a mutant, in groups that run one after another: the file's own test, the other tests of
 * its folder, the tests of its part (`jobs`, `http`, ...), then all others. Each group has the time of its tests in ms.
 * @param mutant `isLoading`: it runs while its module loads. Stryker names only the test that loaded it first, so all
 * tests of that file and of the mutant's folder run.
 * @param tests all tests; several may have the same id, which is their full name
 */
export function stagesOf({ testFilter, sandboxFileName, isLoading = false }, tests, root = process.cwd()) {
	const reaches = new Set(testFilter);
	const loaders = new Set(tests.filter(({ id }) => reaches.has(id)).map(({ fileName }) => fileName));
	const isWanted = ({ id, fileName }) =>
		isLoading ? loaders.has(fileName) || dirname(fileName) === dirname(sandboxFileName) : reaches.has(id);
	const own = sandboxFileName.replace(/\.ts$/, '.test.ts');
	const part = (file) => relative(root, file).split('/')[0];
	const distance = (file) => {
		if (file === own) return 0;
		if (dirname(file) === dirname(own)) return 1;
		return part(file) === part(own) ? 2 : 3;
	};
	const stages = Map.groupBy(tests.filter(isWanted), ({ fileName }) => distance(fileName));
	return [...stages]
		.sort(([a], [b]) => a - b)
		.map(([, group]) => ({
			files: [...new Set(group.map(({ fileName }) => fileName))],
			netMs: group.reduce((sum, { timeSpentMs }) => sum + timeSpentMs, 0),
		}));
}
