import type { JobRecord } from '../record.ts';

/** The indexes by which records are found, besides their ref. A record may have several values of one index. */
const indexes = {
	key: (record: JobRecord) => record.key,
	baseKey: (record: JobRecord) => record.baseKey,
	request: (record: JobRecord) => record.request,
	day: ({ origin, day }: JobRecord) => JSON.stringify([origin.workflowId, origin.nodeId, day]),
	lineage: ({ origin, lineage }: JobRecord) => JSON.stringify([lineage, origin.nodeId]),
};

type IndexName = keyof typeof indexes;
const names = Object.keys(indexes) as IndexName[];

/** What the store knows of a record beyond what it gives. */
export interface StoredRecord {
	readonly record: JobRecord;
	readonly endedAt: number | null;
	/** Every id that its provider gave it. */
	readonly providerIds: readonly string[];
}

/** Records with their indexes, in plain maps. Records are replaced, never changed. */
export class RecordTable {
	readonly #byRef = new Map<string, StoredRecord>();
	readonly #indexes: Record<IndexName, Map<string, Set<string>>> = {
		key: new Map(),
		baseKey: new Map(),
		request: new Map(),
		day: new Map(),
		lineage: new Map(),
	};
	readonly #providerIds = new Map<string, Set<string>>();

	get size(): number {
		return this.#byRef.size;
	}

	get(ref: string): StoredRecord | undefined {
		return this.#byRef.get(ref);
	}

	all(): StoredRecord[] {
		return [...this.#byRef.values()];
	}

	by(index: IndexName, value: string): StoredRecord[] {
		return [...(this.#indexes[index].get(value) ?? [])].flatMap((ref) => this.#byRef.get(ref) ?? []);
	}

	byProviderId(endpointDigest: string, id: string): StoredRecord[] {
		return [...(this.#providerIds.get(JSON.stringify([endpointDigest, id])) ?? [])].flatMap(
			(ref) => this.#byRef.get(ref) ?? [],
		);
	}

	put(stored: StoredRecord): void {
		const { record } = stored;
		this.remove(record.ref);
		this.#byRef.set(record.ref, stored);
		for (const name of names) add(this.#indexes[name], indexes[name](record), record.ref);
		for (const id of stored.providerIds)
			add(this.#providerIds, JSON.stringify([record.endpoint.digest, id]), record.ref);
	}

	remove(ref: string): void {
		const stored = this.#byRef.get(ref);
		if (!stored) return;
		this.#byRef.delete(ref);
		for (const name of names) subtract(this.#indexes[name], indexes[name](stored.record), ref);
		for (const id of stored.providerIds)
			subtract(this.#providerIds, JSON.stringify([stored.record.endpoint.digest, id]), ref);
	}
}

/** The index of a filter's day or lineage, as `by` takes it. */
export const indexValue = {
	day: (workflowId: string, nodeId: string, day: string) => JSON.stringify([workflowId, nodeId, day]),
	lineage: (lineage: string, nodeId: string) => JSON.stringify([lineage, nodeId]),
};

function add(index: Map<string, Set<string>>, value: string, ref: string): void {
	const refs = index.get(value);
	if (refs) refs.add(ref);
	else index.set(value, new Set([ref]));
}

function subtract(index: Map<string, Set<string>>, value: string, ref: string): void {
	const refs = index.get(value);
	refs?.delete(ref);
	if (refs?.size === 0) index.delete(value);
}
