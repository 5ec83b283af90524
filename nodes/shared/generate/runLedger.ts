import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { parseJson } from '../../../http/json';

/** What tells a node run from others, and is the same when n8n runs it again after its process has died. */
export interface NodeRun {
	workflowId: string;
	nodeId: string;
	runIndex: number;
	/** The items it was given. */
	input: unknown;
}

/** Who is at it, or was. */
interface Entry {
	host: string;
	pid: number;
	/** When the first of its attempts began, ms since the epoch. */
	since: number;
}

/** A run that died: where its keys come from, and since when it may have made jobs. */
export interface Orphan {
	nonce: string;
	since: number;
}

/** Runs that nobody came back to are forgotten after so long, in ms. */
const keptMs = 7 * 24 * 3_600_000;

/** Runs of this process that have not ended. */
const live = new Set<string>();
/** Folders whose old files this process has deleted: once is enough, and thousands of runs may be under way. */
const cleaned = new Set<string>();

/**
 * Remembers on disk, while a node makes images, the nonce that its idempotency keys come from. n8n itself saves a
 * node's context only once the node has ended; of one whose process died in the middle, this file is all that is left.
 */
export class RunLedger {
	constructor(private readonly folder: string) {}

	/** Such a run that died, which from now on is the caller's; undefined where there is none. */
	async adopt(run: NodeRun): Promise<Orphan | undefined> {
		const prefix = `${fingerprintOf(run)}.`;
		const names = await readdir(this.folder).catch((): string[] => []);
		for (const name of names.filter((other) => other.startsWith(prefix) && !live.has(other))) {
			const entry = await readFile(join(this.folder, name), 'utf8').then(readEntry).catch(() => undefined);
			if (!entry || isAlive(entry)) continue;
			// Only one of several that come for it can delete it.
			const mine = await unlink(join(this.folder, name)).then(() => true, () => false);
			if (mine) return { nonce: name.slice(prefix.length), since: entry.since };
		}
		return undefined;
	}

	/** Writes the run down before anything is sent for it; gives what to call when it has ended. Throws where the folder cannot be written to. */
	async begin(run: NodeRun, { nonce, since }: Orphan): Promise<() => Promise<void>> {
		const name = `${fingerprintOf(run)}.${nonce}`;
		const entry: Entry = { host: hostname(), pid: process.pid, since };
		await mkdir(this.folder, { recursive: true });
		await writeFile(join(this.folder, name), JSON.stringify(entry));
		live.add(name);
		if (!cleaned.has(this.folder)) await this.forgetOld();
		return async () => {
			live.delete(name);
			await unlink(join(this.folder, name)).catch(() => undefined);
		};
	}

	private async forgetOld(): Promise<void> {
		cleaned.add(this.folder);
		for (const name of await readdir(this.folder)) {
			const path = join(this.folder, name);
			const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
			if (Date.now() - mtimeMs > keptMs) await unlink(path).catch(() => undefined);
		}
	}
}

function fingerprintOf({ workflowId, nodeId, runIndex, input }: NodeRun): string {
	return createHash('sha256').update(JSON.stringify([workflowId, nodeId, runIndex, input])).digest('hex').slice(0, 32);
}

function readEntry(text: string): Entry | undefined {
	const { host, pid, since } = (parseJson(text) ?? {}) as Partial<Entry>;
	return typeof host === 'string' && typeof pid === 'number' && typeof since === 'number' ? { host, pid, since } : undefined;
}

/** Whether the process that wrote an entry may still be at it: one on another machine cannot be asked, and a retry comes only after an end. */
function isAlive({ host, pid }: Entry): boolean {
	if (host !== hostname() || pid === process.pid) return false;
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
