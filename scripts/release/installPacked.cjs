/**
 * Installs the packed pack as a stranger would, without running any install script, and loads every node and
 * credential that its package.json names. It prints their number, and runs on every Node.js that the pack supports:
 *
 *   node scripts/release/installPacked.cjs [tarball]
 *
 * Without a tarball it packs this checkout, which must be built. It needs the registry.
 */
const { execFileSync } = require('node:child_process');
const { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');

const root = join(__dirname, '..', '..');
const npm = (args, cwd) =>
	execFileSync('npm', args, { cwd, stdio: ['ignore', 'pipe', 'inherit'], shell: process.platform === 'win32' });
const folder = mkdtempSync(join(tmpdir(), 'image-pipelines-packed-'));

try {
	if (process.argv[2] === undefined)
		npm(['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], root);
	const tarball =
		process.argv[2] ??
		join(
			folder,
			readdirSync(folder).find((name) => name.endsWith('.tgz')),
		);
	writeFileSync(join(folder, 'package.json'), '{ "private": true }');
	// n8n provides the peers; here the checkout does.
	npm(['install', '--ignore-scripts', '--omit=peer', '--no-audit', '--no-fund', resolve(tarball)], folder);
	const modules = join(folder, 'node_modules');
	const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	rmSync(join(modules, 'n8n-workflow'), { recursive: true, force: true });
	mkdirSync(modules, { recursive: true });
	symlinkSync(join(root, 'node_modules', 'n8n-workflow'), join(modules, 'n8n-workflow'), 'junction');
	// Loads with the Node.js of this script, but apart from it, so that nothing of the checkout is found.
	const load = `
		const base = ${JSON.stringify(join(modules, name))};
		const { n8n } = require(base + '/package.json');
		const files = [...n8n.nodes, ...n8n.credentials];
		for (const file of files) {
			const loaded = require(base + '/' + file);
			const className = file.split('/').pop().split('.')[0];
			if (typeof new loaded[className]() !== 'object') throw new Error(file + ' has no class ' + className);
		}
		// The prebuilt binary of sharp is an optional package that no script has to fetch.
		const at = require('node:module').createRequire(base + '/package.json');
		at('sharp')({ create: { width: 8, height: 8, channels: 3, background: '#888' } }).png().toBuffer()
			.then((png) => console.log(files.length + ' loaded, image of ' + png.length + ' bytes'));
	`;
	process.stdout.write(execFileSync(process.execPath, ['-e', load], { cwd: folder, encoding: 'utf8' }));
} finally {
	rmSync(folder, { recursive: true, force: true });
}
