import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npm } from './commands.mjs';
import { packageName, places, root } from './places.mjs';

/** File of the software bill of materials. */
export const sbomFile = join(places.build, 'sbom.cdx.json');

/**
 * Writes the software bill of materials (CycloneDX) of what users install: the pack and its dependencies, with the
 * versions of the lock file. Gives the exit code.
 */
export async function writeSbom() {
	const bill = await sbom();
	mkdirSync(places.build, { recursive: true });
	writeFileSync(sbomFile, `${JSON.stringify(bill, null, '\t')}\n`);
	console.log(`${sbomFile}: ${bill.components.length} packages`);
	return 0;
}

/**
 * The bill, parsed. npm 11's own `--omit=dev` leaves out packages that development tools also use directly. So npm gets
 * a copy of the manifest and the lock file without what is only for development.
 */
export async function sbom() {
	const temporary = mkdtempSync(join(tmpdir(), 'image-pipelines-sbom-'));
	// npm takes the name of the folder for the name of the package.
	const folder = join(temporary, packageName);
	try {
		mkdirSync(folder);
		const {
			devDependencies: _dev,
			peerDependencies: _peers,
			scripts: _scripts,
			...manifest
		} = read('package.json');
		const lock = read('package-lock.json');
		const { devDependencies: _lockDev, peerDependencies: _lockPeers, ...own } = lock.packages[''];
		const kept = Object.entries(lock.packages).filter(([path, { dev, peer }]) => path !== '' && !dev && !peer);
		const packages = { '': own, ...Object.fromEntries(kept) };
		writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
		writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ ...lock, packages }));
		const args = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only', '--loglevel=error'];
		return JSON.parse(await npm('Writing the bill of materials', args, { cwd: folder, logName: 'sbom' }));
	} finally {
		rmSync(temporary, { recursive: true, force: true });
	}
}

function read(file) {
	return JSON.parse(readFileSync(join(root, file), 'utf8'));
}
