import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { places, root } from './places.mjs';

/**
 * Hash of the names and contents of files and folders. A missing file counts with its name. The order of the paths has
 * no effect.
 */
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
 * A stamp of a completed step: `isCurrent()` is true until the input changes or one of the `results` is missing. The
 * step removes the stamp before it starts, so that an interrupted step runs again.
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
