import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { places, root } from './places.mjs';

/** Hash over the names and contents of files and folders; what does not exist counts as such. Order does not matter. */
export function hashOf(paths, extra = '') {
	const hash = createHash('sha256').update(extra);
	const files = paths.flatMap(filesIn).sort();
	for (const file of files) {
		hash.update(`\0${relative(root, file)}\0`);
		if (existsSync(file)) hash.update(readFileSync(file));
	}
	return hash.digest('hex');
}

function filesIn(path) {
	if (!existsSync(path) || statSync(path).isFile()) return [path];
	return readdirSync(path, { withFileTypes: true }).flatMap((entry) => filesIn(join(path, entry.name)));
}

/**
 * A step that was done for a certain input: `isCurrent()` until the input changes or `results` are gone.
 * The stamp is taken away before the work starts, so that an interrupted step is done again.
 */
export function stampFor(name, hash, results) {
	const file = join(places.stamps, name);
	return {
		isCurrent: () =>
			results.every((path) => existsSync(path)) && existsSync(file) && readFileSync(file, 'utf8') === hash,
		remove: () => rmSync(file, { force: true }),
		write: () => {
			mkdirSync(places.stamps, { recursive: true });
			writeFileSync(file, hash);
		},
	};
}
