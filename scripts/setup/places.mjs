import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Version of the private Node.js: the one that n8n is built for. It does not depend on the machine's Node.js. */
export const nodeVersion = '24.21.0';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const packageName = 'n8n-nodes-image-pipelines';

const windows = process.platform === 'win32';
const instance = join(root, '.n8n');
const nodePackage = join(instance, 'node', 'node_modules', 'node');

/** All results of the setup are below `.n8n/`, `.build/`, `.bench/` and `dist/`, and may be deleted at any time. */
export const places = {
	instance,
	logs: join(instance, 'logs'),
	stamps: join(instance, 'stamps'),
	lock: join(instance, 'setup.lock'),
	node: join(instance, 'node'),
	nodePackage,
	nodeBinFolder: join(nodePackage, 'bin'),
	nodeBin: join(nodePackage, 'bin', windows ? 'node.exe' : 'node'),
	runtime: join(instance, 'runtime'),
	pack: join(instance, 'pack'),
	template: join(instance, 'template'),
	dist: join(root, 'dist'),
	build: join(root, '.build'),
	bench: join(root, '.bench'),
};

/**
 * Headers of the private Node.js, for native modules. The name of the package with the binary depends on the platform.
 */
export function nodeHeaders() {
	const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
	const name = `${prefix}-${windows ? 'win' : process.platform}-${process.arch}`;
	return dirname(createRequire(join(places.nodePackage, 'package.json')).resolve(`${name}/package.json`));
}
