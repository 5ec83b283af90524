import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as MemoryModule from '../../memory/open';
import { packageName } from '../lib/paths';

/** More records than a demo has. */
const all = 100_000;

/**
 * Removes the pack's records of the sandboxes' jobs. The sandboxes start empty, so their earlier jobs cannot be fetched
 * any more. Records of other credentials are kept.
 */
export async function forgetSandboxJobs(userFolder: string, credentialIds: readonly string[]): Promise<void> {
	const folder = join(userFolder, '.n8n', 'image-pipelines', 'memory');
	if (!existsSync(folder)) return;
	// The installed pack's own code, which starts a thread from a file beside it.
	const pack = join(userFolder, '.n8n', 'nodes', 'node_modules', packageName, 'package.json');
	const { openMemory } = createRequire(pack)('./dist/memory/open.js') as typeof MemoryModule;
	const memory = await openMemory({ folder });
	try {
		if (memory.problem !== null) throw new Error(`The records of earlier jobs cannot be read: ${memory.problem}`);
		const records = await memory.journal.list({ credentialIds, limit: all });
		await memory.journal.forget(
			records.map(({ ref }) => ref),
			credentialIds,
		);
	} finally {
		await memory.close();
	}
}
