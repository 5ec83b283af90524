import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm, runLogged } from './commands.mjs';
import { packageName, places, root } from './places.mjs';
import { Problem } from './problem.mjs';
import { withProgress } from './progress.mjs';
import { hashOf, stampFor } from './stamps.mjs';

const shipped = ['dist', 'package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'];

/**
 * Installs the pack into `.n8n/pack`, which has the structure of an instance's community-node folder. The steps are
 * those of n8n's own installer (CommunityPackagesService.downloadPackage), but the tarball comes from this checkout
 * instead of the registry. User folders get the pack from there.
 */
export async function installPack() {
	const modules = join(places.pack, 'node_modules');
	const target = join(modules, packageName);
	const stamp = stampFor('pack', hashOf(shipped.map((name) => join(root, name))), [join(target, 'package.json')]);
	if (stamp.isCurrent()) return;
	const title = 'Installing the pack as n8n does';
	await withProgress(title, async () => {
		stamp.remove();
		const next = join(places.instance, 'pack.next');
		rmSync(next, { recursive: true, force: true });
		mkdirSync(next, { recursive: true });
		const tarball = await packTarball(title, next);
		await runLogged(title, 'tar', ['-xzf', tarball, '-C', next, '--strip-components=1'], {
			logName: 'pack-unpack',
		});
		rmSync(tarball);
		const manifest = trimManifest(join(next, 'package.json'));
		await installRunTimeDependencies(title, manifest, next, target);
		rmSync(target, { recursive: true, force: true });
		mkdirSync(modules, { recursive: true });
		renameSync(next, target);
		const ledger = { name: 'installed-nodes', private: true, dependencies: { [packageName]: manifest.version } };
		writeFileSync(join(places.pack, 'package.json'), JSON.stringify(ledger, null, 2));
		await installCaptions(title);
		stamp.write();
	});
}

async function packTarball(title, folder) {
	await npm(title, ['pack', '--quiet', '--ignore-scripts', '--pack-destination', folder], { logName: 'pack' });
	const name = readdirSync(folder).find((file) => file.endsWith('.tgz'));
	if (!name) throw new Problem(`${title}: npm pack made no tarball. See ${join(places.logs, 'pack.log')}.`);
	return join(folder, name);
}

/** Removes the other kinds of dependencies: n8n provides the peers itself and installs none of the others. */
function trimManifest(file) {
	const { devDependencies, peerDependencies, optionalDependencies, ...manifest } = JSON.parse(
		readFileSync(file, 'utf8'),
	);
	writeFileSync(file, JSON.stringify(manifest, null, 2));
	return manifest;
}

/** Installs the dependencies, or reuses those of the previous version if they are the same. */
async function installRunTimeDependencies(title, manifest, next, previous) {
	const before = existsSync(join(previous, 'package.json'))
		? JSON.parse(readFileSync(join(previous, 'package.json'), 'utf8'))
		: {};
	const unchanged = JSON.stringify(before.dependencies) === JSON.stringify(manifest.dependencies);
	if (unchanged && existsSync(join(previous, 'node_modules'))) {
		renameSync(join(previous, 'node_modules'), join(next, 'node_modules'));
		return;
	}
	const args = [
		'install',
		'--audit=false',
		'--fund=false',
		'--bin-links=false',
		'--install-strategy=shallow',
		'--ignore-scripts=true',
		'--package-lock=false',
	];
	await npm(title, args, { cwd: next, logName: 'pack-dependencies' });
}

/**
 * n8n's installer does not install optional dependencies, so users who want captions add them to the same folder. This
 * does the same, because the bundled workflows make contact sheets with captions.
 */
async function installCaptions(title) {
	const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	const wanted = Object.entries(optionalDependencies).filter(([name, version]) => {
		const file = join(places.pack, 'node_modules', name, 'package.json');
		return !existsSync(file) || JSON.parse(readFileSync(file, 'utf8')).version !== version;
	});
	if (wanted.length === 0) return;
	const flags = ['--omit=peer', '--audit=false', '--fund=false', '--ignore-scripts=true', '--package-lock=false'];
	const packages = wanted.map(([name, version]) => `${name}@${version}`);
	await npm(title, ['install', ...flags, ...packages], { cwd: places.pack, logName: 'pack-captions' });
}
