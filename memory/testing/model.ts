import type { JobRecord, RecordChange, StoredSnapshot } from '../record.ts';
import type { Operation, Store } from '../store.ts';
import { perform } from '../store.ts';
import { type Entry, matching, sorted } from './modelQuery.ts';

type JobOperations = Pick<
	Store,
	| 'find'
	| 'begin'
	| 'change'
	| 'take'
	| 'release'
	| 'finish'
	| 'note'
	| 'deliver'
	| 'takenIds'
	| 'refsOf'
	| 'settle'
	| 'forget'
	| 'claimEvent'
	| 'confirmEvent'
>;

/** The simplest model of the memory: one list that every operation searches. */
export class Model {
	#entries: Entry[] = [];
	#events: Array<{ name: string; lineage: string | null; until: number }> = [];
	readonly #living = new Set<string>();

	start(owner: string): void {
		this.#living.add(owner);
	}

	kill(owner: string): void {
		this.#living.delete(owner);
	}

	run(owner: string, operation: Operation): unknown {
		return perform(this.#operations(owner, operation.at) as Store, operation);
	}

	/** Every record as an owner sees it, by ref. */
	all(owner: string): JobRecord[] {
		return this.#entries.map((entry) => this.#seenBy(owner, entry)).sort((a, b) => (a.ref < b.ref ? -1 : 1));
	}

	#seenBy(owner: string, { owner: holder, busy, endedAt, ids, ...record }: Entry): JobRecord {
		const held = holder === null || !this.#living.has(holder) ? 'free' : holder === owner ? 'mine' : 'other';
		return { ...record, held, busy: busy && held !== 'free' } as JobRecord;
	}

	#operations(owner: string, now: number): JobOperations {
		const seen = (entry: Entry) => this.#seenBy(owner, entry);
		const byRef = (ref: string) => this.#entries.find((entry) => entry.ref === ref);
		const byKey = (key: string) => this.#entries.find((entry) => entry.key === key);
		const remove = (gone: Entry) => (this.#entries = this.#entries.filter((entry) => entry !== gone));
		const apply = (entry: Entry, { state, requests, cost }: RecordChange) => {
			if (state) {
				for (const name of ['error', 'snapshot']) Reflect.deleteProperty(entry, name);
				Object.assign(entry, state, { endedAt: state.state === 'ended' ? (entry.endedAt ?? now) : null });
				if ('snapshot' in state && state.snapshot.job.id !== null)
					entry.ids.push(state.snapshot.job.id, state.snapshot.job.id.replace(/~.*/, ''));
			}
			for (const { providerId } of requests ?? []) if (providerId !== null) entry.ids.push(providerId);
			Object.assign(entry, requests && { requests }, cost && { cost }, { updatedAt: now });
		};

		return {
			find: (query) => matching(this.#entries, query).map(seen),
			begin: (record, limits) => {
				const existing = byKey(record.key);
				if (existing && existing.state !== 'notAccepted') return { kind: 'exists', record: seen(existing) };
				for (const limit of limits) {
					const { over } = limit;
					const counted = this.#entries.filter(
						({ state, origin, lineage, day }) =>
							state !== 'notAccepted' &&
							origin.nodeId === over.nodeId &&
							('lineage' in over
								? lineage === over.lineage
								: origin.workflowId === over.workflowId && day === over.day),
					);
					const spent = { images: 0, usd: 0 };
					for (const { cost } of counted) {
						spent.images += cost.images;
						spent.usd += cost.usd ?? 0;
					}
					const overImages = limit.images !== undefined && spent.images + record.cost.images > limit.images;
					const overUsd = limit.usd !== undefined && spent.usd + (record.cost.usd ?? 0) > limit.usd;
					if (overImages || overUsd) return { kind: 'overBudget', limit, spent };
				}
				if (record.ref !== existing?.ref && byRef(record.ref)) throw new Error('The ref is taken.');
				if (existing) remove(existing);
				const entry = {
					...record,
					state: 'sent' as const,
					createdAt: now,
					updatedAt: now,
					adoptedFrom: null,
					deliveredAt: null,
					owner,
					busy: true,
					endedAt: null,
					ids: [],
				};
				this.#entries.push(entry);
				return { kind: 'begun', record: seen(entry) };
			},
			change: (ref, change) => {
				const entry = byRef(ref);
				if (entry?.owner !== owner) return false;
				apply(entry, change);
				return true;
			},
			take: (ref, { seenKey, as, adoptedFrom }) => {
				const entry = byRef(ref);
				if (entry?.key !== seenKey || seen(entry).held === 'other' || seen(entry).busy) return null;
				const rival = as && byKey(as.key);
				if (rival && rival !== entry) {
					if (rival.state !== 'notAccepted') return null;
					remove(rival);
				}
				Object.assign(
					entry,
					as,
					{ owner, busy: true, updatedAt: now },
					adoptedFrom !== undefined && { adoptedFrom },
				);
				return seen(entry);
			},
			release: (refs) => {
				for (const entry of this.#entries)
					if (refs.includes(entry.ref) && entry.owner === owner) entry.busy = false;
			},
			finish: (refs, { delivered }) => {
				for (const entry of this.#entries) {
					if (!refs.includes(entry.ref) || entry.owner !== owner) continue;
					Object.assign(entry, {
						owner: null,
						busy: false,
						deliveredAt: entry.deliveredAt ?? (delivered ? now : null),
					});
				}
			},
			note: (endpoint, ends) => {
				for (const { ref, snapshot } of ends) {
					const entry = byRef(ref);
					if (entry?.state !== 'accepted' || entry.endpoint.digest !== endpoint) continue;
					const { id } = (entry as unknown as { snapshot: StoredSnapshot }).snapshot.job;
					if (id === null || id === snapshot.job.id) apply(entry, { state: { state: 'ended', snapshot } });
				}
			},
			deliver: (refs) => {
				for (const entry of this.#entries) if (refs.includes(entry.ref)) entry.deliveredAt ??= now;
			},
			takenIds: (endpoint, ids) =>
				ids.filter((id) =>
					this.#entries.some((entry) => entry.endpoint.digest === endpoint && entry.ids.includes(id)),
				),
			refsOf: (endpoint, ids) =>
				ids.flatMap((id): Array<[string, string]> => {
					const found = this.#entries.filter(
						(entry) =>
							entry.endpoint.digest === endpoint && entry.ids.includes(id) && !isOneOfSeveral(entry, id),
					);
					const last = sorted(found, ({ createdAt }) => [createdAt]).at(-1);
					return last ? [[id, last.ref]] : [];
				}),
			settle: (ref, credentialIds, change, { delivered }) => {
				const entry = byRef(ref);
				if (!entry || seen(entry).busy || !credentialIds.includes(entry.endpoint.credentialId)) return false;
				if (entry.state !== 'unknown' && entry.state !== 'sent') return false;
				apply(entry, change);
				if (delivered) entry.deliveredAt ??= now;
				return true;
			},
			forget: (refs, credentialIds) => {
				const gone = this.#entries.filter(
					(entry) =>
						refs.includes(entry.ref) &&
						credentialIds.includes(entry.endpoint.credentialId) &&
						!seen(entry).busy,
				);
				gone.forEach(remove);
				return { refs: gone.map(({ ref }) => ref), files: [] };
			},
			claimEvent: (scope, id, { claimMs }) => {
				const event = this.#event(scope + id, now);
				if (event) return event.lineage === null ? 'open' : 'confirmed';
				this.#keep(scope + id, null, now + claimMs);
				return 'claimed';
			},
			confirmEvent: (scope, id, lineage, { keepMs }) => {
				const event = this.#event(scope + id, now);
				if (event && event.lineage !== null && event.lineage !== lineage) return false;
				this.#keep(scope + id, lineage, now + keepMs);
				return true;
			},
		};
	}

	#event(name: string, now: number) {
		return this.#events.find((event) => event.name === name && event.until > now);
	}

	#keep(name: string, lineage: string | null, until: number): void {
		this.#events = [...this.#events.filter((event) => event.name !== name), { name, lineage, until }];
	}
}

function isOneOfSeveral({ requests }: Entry, id: string): boolean {
	return (
		requests.some(({ providerId }) => providerId === id) &&
		requests.some(({ providerId }) => providerId !== null && providerId !== id)
	);
}
