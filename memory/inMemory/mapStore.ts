import { MemoryError } from '../memory.ts';
import type { Claimant, JobRecord, RecordChange, RecordState } from '../record.ts';
import { begunRecord, canSettle, exceeds, isEndOf, isPart, keepAlwaysMs, maxLearned, providerIds } from '../rules.ts';
import type { LearnedEntry, Operation, Store } from '../store.ts';
import { perform } from '../store.ts';
import { EventTable } from './eventTable.ts';
import { findIn, listIn, spendingIn, spentIn } from './mapQueries.ts';
import type { StoredRecord } from './recordTable.ts';
import { RecordTable } from './recordTable.ts';

/** Most records held in this process's memory, however many a file may hold: one takes about 3 kB. */
const maxHeld = 50_000;

/** The store for where no file can be written: plain maps that end with the process. Every record is this process's. */
export class MapStore implements Store {
	readonly #records = new RecordTable();
	readonly #events = new EventTable();
	/** By scope and name, the oldest first. */
	readonly #learned = new Map<string, LearnedEntry>();
	readonly #maxRecords: number;
	readonly #ownsStrangers: boolean;
	#now = 0;

	/** @param options.ownsStrangers a record that is not here is in a file that failed, and still this process's */
	constructor(options: { maxRecords: number; ownsStrangers: boolean }) {
		this.#maxRecords = Math.min(options.maxRecords, maxHeld);
		this.#ownsStrangers = options.ownsStrangers;
	}

	/** Carries out one operation. Gives JSON of its own, as the other store does. */
	run(operation: Operation): unknown {
		this.#now = operation.at;
		const value = perform(this, JSON.parse(JSON.stringify(operation)) as Operation);
		return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
	}

	find: Store['find'] = (query) => findIn(this.#records, query);
	list: Store['list'] = (filter) => listIn(this.#records, filter).slice(0, filter.limit);
	spending: Store['spending'] = (filter) => spendingIn(this.#records, filter);
	takenIds: Store['takenIds'] = (endpoint, ids) =>
		[...new Set(ids)].filter((id) => this.#records.byProviderId(endpoint, id).length > 0);
	refsOf: Store['refsOf'] = (endpoint, ids) =>
		[...new Set(ids)].flatMap((id): Array<[string, string]> => {
			const latest = latestBegun(
				this.#records.byProviderId(endpoint, id).filter(({ record }) => !isPart(record.requests, id)),
			);
			return latest ? [[id, latest.ref]] : [];
		});

	begin: Store['begin'] = (record, limits) => {
		const existing = this.#byKey(record.key);
		if (existing && existing.state !== 'notAccepted') return { kind: 'exists', record: existing };
		for (const limit of limits) {
			const spent = spentIn(this.#records, limit);
			if (exceeds(limit, spent, record.cost)) return { kind: 'overBudget', limit, spent };
		}
		if (record.ref !== existing?.ref && this.#records.get(record.ref))
			throw new MemoryError(`The job memory has a record ${record.ref} already.`);
		if (existing) this.#records.remove(existing.ref);
		this.#makeRoom();
		const begun = begunRecord(record, this.#now);
		this.#records.put({ record: begun, endedAt: null, providerIds: [] });
		return { kind: 'begun', record: begun };
	};

	change: Store['change'] = (ref, change) => {
		const stored = this.#records.get(ref);
		if (!stored) return this.#ownsStrangers;
		if (stored.record.held !== 'mine') return false;
		this.#applyChange(stored, change);
		return true;
	};

	take: Store['take'] = (ref, { seenKey, as, adoptedFrom }) => {
		const stored = this.#records.get(ref);
		if (!stored || stored.record.key !== seenKey || stored.record.busy) return null;
		if (as && as.key !== stored.record.key) {
			const rival = this.#byKey(as.key);
			if (rival && rival.state !== 'notAccepted') return null;
			if (rival) this.#records.remove(rival.ref);
		}
		const adopted = {
			...stored.record,
			...(as && claimant(as)),
			...(adoptedFrom !== undefined && { adoptedFrom }),
		};
		const record: JobRecord = { ...adopted, held: 'mine', busy: true, updatedAt: this.#now };
		this.#records.put({ ...stored, record });
		return record;
	};

	release: Store['release'] = (refs) => this.#update(refs, () => ({ busy: false }));

	finish: Store['finish'] = (refs, { delivered }) =>
		this.#update(refs, ({ held, deliveredAt }) => {
			if (held !== 'mine') return {};
			return { held: 'free', busy: false, deliveredAt: deliveredAt ?? (delivered ? this.#now : null) };
		});

	note: Store['note'] = (endpointDigest, ends) => {
		for (const { ref, snapshot } of ends) {
			const stored = this.#records.get(ref);
			if (stored && isEndOf(stored.record, endpointDigest, snapshot))
				this.#applyChange(stored, { state: { state: 'ended', snapshot } });
		}
	};

	deliver: Store['deliver'] = (refs) =>
		this.#update(refs, ({ deliveredAt }) => ({ deliveredAt: deliveredAt ?? this.#now }));

	settle: Store['settle'] = (ref, credentialIds, change, { delivered }) => {
		const stored = this.#records.get(ref);
		if (!stored || !credentialIds.includes(stored.record.endpoint.credentialId) || !canSettle(stored.record))
			return false;
		this.#applyChange(stored, change);
		if (delivered) this.deliver([ref]);
		return true;
	};

	forget: Store['forget'] = (refs, credentialIds) => {
		const records = [...new Set(refs)].flatMap((ref) => this.#records.get(ref) ?? []);
		const mine = records.filter(
			({ record }) => !record.busy && credentialIds.includes(record.endpoint.credentialId),
		);
		for (const { record } of mine) this.#records.remove(record.ref);
		return { refs: mine.map(({ record }) => record.ref), files: [] };
	};

	claimEvent: Store['claimEvent'] = (scope, id, { claimMs }) => this.#events.claim(scope, id, this.#now, claimMs);
	confirmEvent: Store['confirmEvent'] = (scope, id, lineage, { keepMs }) =>
		this.#events.confirm(scope, id, lineage, this.#now, keepMs);

	readLearned: Store['readLearned'] = (wanted) =>
		Object.fromEntries(
			[...this.#learned].flatMap(([, { scope, name, value }]) => (scope === wanted ? [[name, value]] : [])),
		);
	writeLearned: Store['writeLearned'] = (entries) => {
		for (const entry of entries) {
			const key = JSON.stringify([entry.scope, entry.name]);
			this.#learned.delete(key);
			this.#learned.set(key, entry);
			const [oldest] = this.#learned.keys();
			if (this.#learned.size > maxLearned && oldest !== undefined) this.#learned.delete(oldest);
		}
	};

	// Result files need a disk; without one resultsInMemory.ts keeps the bytes, with a bound of their
	// own.
	addResult: Store['addResult'] = () => undefined;
	keepResults: Store['keepResults'] = () => undefined;
	expireResults: Store['expireResults'] = () => [];
	strayResults: Store['strayResults'] = () => [];
	prune: Store['prune'] = ({ keepRecordsMs }) => {
		const before = this.#now - Math.max(keepRecordsMs, keepAlwaysMs);
		const old = this.#records.all().filter(({ record }) => record.updatedAt < before && !record.busy);
		for (const { record } of old) this.#records.remove(record.ref);
		this.#events.prune(this.#now);
		return { more: false, files: [] };
	};

	#byKey(key: string): JobRecord | null {
		return this.#records.by('key', key)[0]?.record ?? null;
	}

	#update(
		refs: readonly string[],
		change: (record: JobRecord) => Partial<Pick<JobRecord, 'held' | 'busy' | 'deliveredAt'>>,
	): void {
		for (const ref of refs) {
			const stored = this.#records.get(ref);
			if (stored) this.#records.put({ ...stored, record: { ...stored.record, ...change(stored.record) } });
		}
	}

	#applyChange(stored: StoredRecord, { state, requests, cost }: RecordChange): void {
		const { record } = stored;
		const changed: JobRecord = {
			...(state ? withState(record, state) : record),
			requests: requests ?? record.requests,
			cost: cost ?? record.cost,
			updatedAt: this.#now,
		};
		const ids = providerIds({ ...(state && { state }), ...(requests && { requests }) });
		const endedAt = changed.state === 'ended' ? (stored.endedAt ?? this.#now) : null;
		this.#records.put({ record: changed, endedAt, providerIds: [...new Set([...stored.providerIds, ...ids])] });
	}

	/**
	 * Makes room for one record: memory is scarcer than a disk, so this also removes records of the last two days.
	 */
	#makeRoom(): void {
		if (this.#records.size < this.#maxRecords) return;
		const rank = ({ record }: StoredRecord) =>
			record.busy ? 2 : record.state === 'ended' && record.deliveredAt !== null ? 0 : 1;
		const sorted = this.#records.all().sort((a, b) => rank(a) - rank(b) || a.record.updatedAt - b.record.updatedAt);
		// A twentieth at a time, so that the sorting is rare.
		const excess = this.#records.size - this.#maxRecords + Math.ceil(this.#maxRecords / 20);
		for (const { record } of sorted.slice(0, excess)) if (!record.busy) this.#records.remove(record.ref);
	}
}

/** The claimant's fields and no others. */
function claimant({ key, baseKey, attempt, lineage, rootExecutionId, origin, day }: Claimant): Claimant {
	return { key, baseKey, attempt, lineage, rootExecutionId, origin, day };
}

/** As the other store orders them: by the time they were begun, equal ones by ref. */
function latestBegun(stored: readonly StoredRecord[]): JobRecord | undefined {
	const records = stored.map(({ record }) => record);
	return records.sort((a, b) => b.createdAt - a.createdAt || (a.ref < b.ref ? 1 : -1))[0];
}

/** A record with a new state. Fields that only the old state has are removed. */
function withState(record: JobRecord, state: RecordState): JobRecord {
	const { error, snapshot, ...rest } = record as JobRecord & { error?: unknown; snapshot?: unknown };
	return { ...rest, ...state };
}
