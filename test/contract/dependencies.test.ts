import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json';

const root = join(__dirname, '..', '..');

interface Row {
	name: string;
	purpose: string;
	licence: string;
	loaded: string;
}

/** The tables of docs/dependencies.md, one for each heading. */
const tables = readFileSync(join(root, 'docs', 'dependencies.md'), 'utf8')
	.split(/^## /m)
	.slice(1)
	.map((section) =>
		section
			.split('\n')
			.filter((line) => line.startsWith('| `'))
			.map((line): Row => {
				const [name = '', purpose = '', licence = '', loaded = ''] = line
					.split('|')
					.slice(1, -1)
					.map((cell) => cell.trim());
				return { name: name.replaceAll('`', ''), purpose, licence, loaded };
			}),
	);

const { dependencies, optionalDependencies, peerDependencies, devDependencies } = manifest;
const development = Object.fromEntries(
	Object.entries(devDependencies).filter(([name]) => !Object.hasOwn(peerDependencies, name)),
);

it.each(
	[
		['dependencies', dependencies],
		['optionalDependencies', optionalDependencies],
		['peerDependencies', peerDependencies],
		['devDependencies', development],
	].map(([kind, packages], index) => [kind as string, Object.keys(packages as object), tables[index] ?? []] as const),
)('%s: docs/dependencies.md has a row for each, and no other', (_kind, packages, rows) => {
	// A package that is missing on the left needs a row. A package that is missing on the right is no longer in
	// package.json.
	expect(rows.map(({ name }) => name).sort()).toEqual([...packages].sort());
});

it.each(tables.flat().map((row): [string, Row] => [row.name, row]))(
	'%s: its row says what it is for, when it is loaded, and its licence',
	(name, { purpose, licence, loaded }) => {
		const own = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as {
			license: string;
		};
		expect(purpose.length).toBeGreaterThan(5);
		expect(loaded.length).toBeGreaterThan(3);
		expect(licence).toBe(own.license);
	},
);
