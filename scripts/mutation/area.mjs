/** The code whose mutants are counted, by part: the code that money and finished images depend on. */
export const parts = {
	jobs: ['jobs/**/*.ts'],
	memory: ['memory/**/*.ts', '!memory/testing/**'],
	http: ['http/**/*.ts'],
	providers: ['providers/*.ts', 'providers/*/{mapping,errors,session,lookUp}*.ts'],
};

const notTests = '!**/*.test.ts';

/** The patterns of all parts, or of the given files and folders. Stryker reads them in order. */
export function patternsOf(paths) {
	const wanted = paths.map((path) => (/\.ts(:|$)/.test(path) ? path : `${path.replace(/\/$/, '')}/**/*.ts`));
	return [...(wanted.length > 0 ? wanted : Object.values(parts).flat()), notTests, '!memory/testing/**'];
}

/** The part of a file: its first folder. */
export const partOf = (fileName) => fileName.split('/')[0];
