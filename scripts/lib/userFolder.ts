import { copyFileSync, cpSync, existsSync, linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesFolderName } from './environment';
import type { Owner } from './n8nClient';
import { assertRuntimeInstalled, installedPackFolder, instanceRoot, packageName } from './paths';

/** Owner of every instance made by `prepareUserFolder`. The instances are temporary and reachable only on loopback. */
export const templateOwner: Owner = {
	email: 'owner@example.com',
	firstName: 'Test',
	lastName: 'Owner',
	password: 'Loopback-0nly',
};

/** A migrated database that contains `templateOwner`, made by the bootstrap. */
export const templateFolder = join(instanceRoot, 'template');

/** The parts of the template that an instance needs: the database, and the settings with the encryption key. */
export const templateParts = ['database.sqlite', 'config'] as const;

/**
 * Makes `folder` a user folder of an instance with the pack installed and `templateOwner` set up. It is quick: files of
 * the pack are hard links, and the database is a copy of one that is already migrated.
 */
export function prepareUserFolder(folder: string): void {
	assertRuntimeInstalled();
	mkdirSync(join(folder, filesFolderName), { recursive: true });
	mkdirSync(join(folder, '.n8n'), { recursive: true });
	for (const name of templateParts) {
		const source = join(templateFolder, name);
		// Without a template, n8n makes its own database on the first start, and `signIn(templateOwner)` sets up the
		// owner.
		if (existsSync(source)) cpSync(source, join(folder, '.n8n', name));
	}
	installPack(folder);
}

/**
 * Copies the built pack to n8n's folder of community nodes, as n8n's own installer does. An older version is replaced.
 */
export function installPack(userFolder: string): void {
	const nodes = join(userFolder, '.n8n', 'nodes');
	rmSync(join(nodes, 'node_modules', packageName), { recursive: true, force: true });
	linkFolder(installedPackFolder, nodes);
}

function linkFolder(from: string, to: string): void {
	mkdirSync(to, { recursive: true });
	for (const entry of readdirSync(from, { withFileTypes: true })) {
		const [source, target] = [join(from, entry.name), join(to, entry.name)];
		if (entry.isDirectory()) linkFolder(source, target);
		// n8n rewrites package.json in place. A copy keeps that change out of `.n8n/pack`.
		else if (entry.name === 'package.json') copyFileSync(source, target);
		else if (entry.isFile() && !existsSync(target)) linkOrCopy(source, target);
	}
}

function linkOrCopy(source: string, target: string): void {
	try {
		linkSync(source, target);
	} catch {
		// The target is on another file system, or on one without hard links.
		copyFileSync(source, target);
	}
}
