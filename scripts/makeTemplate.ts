import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startN8n, templateOwner } from './lib/n8nInstance';
import { templateFolder, templateParts } from './lib/userFolder';

/** Starts n8n once on an empty folder, sets up the owner, and keeps the database and the encryption key. */
async function main(): Promise<void> {
	const userFolder = mkdtempSync(join(tmpdir(), 'n8n-template-'));
	try {
		const instance = await startN8n({ userFolder });
		await instance.client().signIn(templateOwner);
		// A clean stop writes SQLite's log back into the database file.
		await instance.stop();
		rmSync(templateFolder, { recursive: true, force: true });
		mkdirSync(templateFolder, { recursive: true });
		for (const name of templateParts) cpSync(join(userFolder, '.n8n', name), join(templateFolder, name));
	} finally {
		rmSync(userFolder, { recursive: true, force: true });
	}
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
