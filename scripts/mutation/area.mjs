/** The code whose mutants are counted, by part. Money and finished images depend on this code. */
export const parts = {
	jobs: ['jobs/**/*.ts'],
	memory: ['memory/**/*.ts'],
	http: ['http/**/*.ts'],
	providers: ['providers/*.ts', 'providers/*/{mapping,errors,session,lookUp}*.ts'],
};

/** The patterns of all parts, or of the given parts, folders and files. Stryker reads them in order. */
export function patternsOf(paths) {
	const wanted = (paths.length > 0 ? paths : Object.keys(parts)).flatMap((given) => {
		const path = given.replace(/\/$/, '');
		return parts[path] ?? [/\.ts(:|$)/.test(path) ? path : `${path}/**/*.ts`];
	});
	return [...wanted, '!**/*.test.ts', '!memory/testing/**'];
}

/** The part of a file: its first folder. */
export const partOf = (fileName) => fileName.split('/')[0];
