import { inMs } from '../../jobs/runtime/clock';
import { Adoption, type FindOptions } from '../../jobs/submission/adoption';
import { LeftBehind } from '../../jobs/submission/leftBehind';
import type { Found, Wanted } from '../../jobs/submission/wanted';
import type { NewRecord, RecordState } from '../../memory/record';
import { newRecord } from '../../memory/testing/samples';
import { memoryInProcess, wantedFor } from './makeAt';
import { VirtualClock } from './virtualClock';

export const hour = 3_600_000;
export const { origin } = wantedFor('', []);

/**
 * Who holds a record: the node run that works on it, its running execution, or none after the execution has ended.
 */
type Holder = 'nodeRun' | 'execution' | 'none';

export interface Seed extends Partial<NewRecord> {
	state?: RecordState;
	holder?: Holder;
}

export function setUp() {
	const clock = new VirtualClock(100 * hour);
	const memory = memoryInProcess(clock);
	const leftBehind = new LeftBehind();
	const adoption = new Adoption({ clock, memory, leftBehind });
	const { journal } = memory;
	/** Writes a record of the item `item` that execution 1 began. */
	const seed = async (name: string, { state, holder = 'none', ...patch }: Seed = {}) => {
		const record = newRecord(name, {
			key: 'item',
			baseKey: 'item',
			lineage: 'lineage',
			rootExecutionId: '1',
			origin,
			...patch,
		});
		const begun = await journal.begin(record, []);
		if (begun.kind !== 'begun') throw new Error(`${name} was not begun: ${begun.kind}`);
		if (state) await journal.change(record.ref, { state });
		if (holder !== 'nodeRun') await journal.release([record.ref]);
		if (holder === 'none') await journal.finish([record.ref], { delivered: false });
		return record.ref;
	};
	const wanted = (patch: Partial<Wanted> = {}): Wanted =>
		wantedFor('item', [], { requests: ['request'], credentialIds: ['credential'], ...patch });
	const find = (patch: Partial<Wanted> = {}, options: Partial<FindOptions> = {}) =>
		adoption.find(wanted(patch), { deadline: inMs(clock, 5_000), isUnfinished: () => false, ...options });
	return { clock, journal, leftBehind, seed, find };
}

/**
 * A short form of a result: its kind, its record, and how it was found. If nothing was found: the key for a new job.
 */
export const inShort = (found: Found) =>
	found.kind === 'nothing'
		? ['nothing', found.claimant.key, found.claimant.attempt]
		: [
				found.kind,
				found.record.ref.replace(/0+$/, ''),
				found.how,
				...(found.kind === 'job' ? [found.isShared] : []),
			];
