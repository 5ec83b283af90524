import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from './backend';
import type { Kit } from './kit';

export type { AnySandbox, Backend } from './backend';

/**
 * Every backend with a stand-in, in the order of their ports when all are started. Each folder beside this file with a
 * `standIn.ts` is a backend; there is no list to maintain.
 */
export const backends: readonly Backend[] = foldersWith('standIn')
	.map(standInOf)
	.sort((one, other) => one.position - other.position || one.id.localeCompare(other.id));

/**
 * How the tests of all backends use this one. The first kit is the usual way.
 * @throws if its `kit.ts` is missing
 */
export function kitsOf(id: string): readonly Kit[] {
	const { kits } = load(id, 'kit') as { kits?: readonly Kit[] };
	if (kits?.length) return kits;
	throw new Error(`sandbox/${id}/kit.ts must export a list "kits" with at least one kit`);
}

function standInOf(id: string): Backend {
	const { backend } = load(id, 'standIn') as { backend?: Backend };
	if (backend?.id === id) return backend;
	throw new Error(`sandbox/${id}/standIn.ts must export a "backend" with the id "${id}"`);
}

/** Folders with this file, as TypeScript in tests and as JavaScript after the build. */
function foldersWith(name: string): string[] {
	return readdirSync(__dirname, { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map((entry) => entry.name)
		.filter((folder) =>
			readdirSync(join(__dirname, folder)).some((file) => file === `${name}.ts` || file === `${name}.js`),
		);
}

function load(folder: string, file: string): unknown {
	// eslint-disable-next-line @typescript-eslint/no-require-imports -- found by its folder, so that nothing lists it
	return require(join(__dirname, folder, file)) as unknown;
}
