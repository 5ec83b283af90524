import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openMemory } from '../../memory/open';

/**
 * Removes the pack's records of the sandboxes' jobs. The sandboxes start empty, so their earlier jobs cannot be fetched
 * any more. Records of other credentials are kept.
 */
export async function forgetSandboxJobs(userFolder: string, credentialIds: readonly string[]): Promise<void> {
	const folder = join(userFolder, '.n8n', 'image-pipelines', 'memory');
	if (!existsSync(folder)) return;
	const memory = await openMemory({ folder });
	try {
		const records = await memory.journal.list({ credentialIds, limit: 100_000 });
		await memory.journal.forget(
			records.map(({ ref }) => ref),
			credentialIds,
		);
	} finally {
		await memory.close();
	}
}
