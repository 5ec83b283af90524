import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { N8nClient } from '../lib/n8nClient';
import type { Workflow } from '../lib/workflow';

/**
 * Imports workflows into the instance and records what it has imported. A workflow that has not changed since its last
 * import is skipped, so changes of the user in n8n are kept.
 */
export class ImportLedger {
	private constructor(
		private readonly client: N8nClient,
		private readonly file: string,
		private readonly hashes: Record<string, string>,
		private readonly present: ReadonlySet<string>,
	) {}

	/** @param file records the imported workflows */
	static async open(client: N8nClient, file: string): Promise<ImportLedger> {
		const hashes = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
		return new ImportLedger(client, file, hashes, new Set((await client.listWorkflows()).map(({ id }) => id)));
	}

	/**
	 * Imports a workflow with an id, unless the same one was imported already.
	 * @param tag id of its tag
	 * @returns whether it was imported now
	 */
	async bring(id: string, workflow: Workflow, tag?: string): Promise<boolean> {
		const hash = createHash('sha256')
			.update(JSON.stringify([workflow, tag]))
			.digest('hex');
		if (this.hashes[id] === hash && this.present.has(id)) return false;
		await this.client.importWorkflow(workflow, tag === undefined ? undefined : [tag]);
		this.hashes[id] = hash;
		writeFileSync(this.file, `${JSON.stringify(this.hashes, null, '\t')}\n`);
		return true;
	}
}
