import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const packageName = 'n8n-nodes-image-pipelines';

/** The checkout of this file, which runs from `scripts/` (jest) or compiled from `.build/scripts/`. */
export const projectRoot = findProjectRoot(__dirname);

/** All files that are installed or made at run time and are not in version control. */
export const instanceRoot = join(projectRoot, '.n8n');

/** The pack as n8n installs it, made by the bootstrap. Every instance gets its community-node folder from here. */
export const installedPackFolder = join(instanceRoot, 'pack');

/** The entry point of the pinned n8n. */
export const n8nBin = join(instanceRoot, 'runtime', 'node_modules', 'n8n', 'bin', 'n8n');

/** The folder of the private Node.js. It must be first on the path: n8n starts its task runners with plain `node`. */
export const nodeBinFolder = join(instanceRoot, 'node', 'node_modules', 'node', 'bin');

/** The private Node.js that runs n8n and the project's own programs. */
export const nodeBin = join(nodeBinFolder, process.platform === 'win32' ? 'node.exe' : 'node');

/** Throws with the command to run if a file of the bootstrap is missing. */
export function assertRuntimeInstalled(): void {
	for (const path of [nodeBin, n8nBin, join(installedPackFolder, 'node_modules', packageName, 'package.json')]) {
		if (!existsSync(path)) throw new Error(`${path} is missing. Run "npm run bootstrap" first.`);
	}
}

/** The bundled workflow files, in the order of their names. */
export function bundledWorkflowFiles(): string[] {
	const folder = join(projectRoot, 'workflows');
	if (!existsSync(folder)) return [];
	return readdirSync(folder)
		.filter((name) => name.endsWith('.json'))
		.sort()
		.map((name) => join(folder, name));
}

function findProjectRoot(start: string): string {
	for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
		const manifest = join(folder, 'package.json');
		if (existsSync(manifest) && readFileSync(manifest, 'utf8').includes(`"name": "${packageName}"`)) return folder;
	}
	throw new Error(`No package.json of ${packageName} above ${start}`);
}
