import type { NewRecord } from '../record.ts';
import { keepAlwaysMs, maxLearned } from '../rules.ts';
import type { Operation, OperationName, Store } from '../store.ts';
import { accepted, credentialIds, ended, newRecord, notAccepted, origin, unknown } from '../testing/samples.ts';
import { MapStore } from './mapStore.ts';

let now: number;
let store: MapStore;
beforeEach(() => {
	now = 1000;
	store = new MapStore({ maxRecords: 40, ownsStrangers: false });
});

function call<N extends OperationName>(name: N, ...args: Parameters<Store[N]>): ReturnType<Store[N]> {
	const operation: Operation<N> = { name, args, at: now };
	return store.run(operation) as ReturnType<Store[N]>;
}
const begin = (name: string, changes: Partial<NewRecord> = {}) => call('begin', newRecord(name, changes), []);
const ref = (name: string) => newRecord(name).ref;
const names = () =>
	call('list', { credentialIds, limit: 1000 })
		.map(({ ref: own }) => own.replace(/0+$/, ''))
		.sort();

test('gives and takes copies: no caller can change its data', () => {
	const record = newRecord('fox');
	const begun = call('begin', record, []);
	if (begun.kind !== 'begun') throw new Error(begun.kind);
	(begun.record as { prompt?: string }).prompt = 'changed';
	record.origin.workflowName = 'changed';
	expect(call('list', { credentialIds, limit: 1 })[0]).toEqual({
		...newRecord('fox'),
		origin: { ...origin, workflowName: 'Foxes' },
		state: 'sent',
		createdAt: 1000,
		updatedAt: 1000,
		adoptedFrom: null,
		deliveredAt: null,
		held: 'mine',
		busy: true,
	});
	origin.workflowName = 'Foxes';
});

test('any number of learned values is bounded, and the oldest go first', () => {
	const write = (scope: string, count: number) =>
		call(
			'writeLearned',
			Array.from({ length: count }, (_, n) => ({ scope, name: String(n), value: n })),
		);
	write('a', 2);
	write('many', maxLearned - 1);
	expect(call('readLearned', 'a')).toEqual({ 1: 1 });
	write('more', 1);
	expect(call('readLearned', 'a')).toEqual({});
	expect(Object.keys(call('readLearned', 'many'))).toHaveLength(maxLearned - 1);
});

describe('a full store', () => {
	/** Makes 40 records, one per ms. Some have ended, were delivered or are busy. */
	function fill({ busy = 0, delivered = 0 }: { busy?: number; delivered?: number }) {
		for (let n = 0; n < 40; n++) {
			now++;
			begin(`r${n}x`);
			if (n >= busy) call('release', [ref(`r${n}x`)]);
			if (n >= 40 - delivered) {
				call('change', ref(`r${n}x`), { state: ended() }, { durable: false });
				call('deliver', [ref(`r${n}x`)]);
			}
		}
	}
	const gone = () => Array.from({ length: 40 }, (_, n) => `r${n}x`).filter((name) => !names().includes(name));

	test('takes as many as allowed, and then a twentieth goes at a time', () => {
		fill({});
		expect(names()).toHaveLength(40);
		begin('new');
		expect(gone()).toEqual(['r0x', 'r1x']);
		begin('new 2');
		expect(names()).toHaveLength(40);
		begin('new 3');
		expect(gone()).toEqual(['r0x', 'r1x', 'r2x', 'r3x']);
	});

	test('lets go of ended and delivered ones first, the oldest change first', () => {
		fill({ delivered: 3 });
		begin('new');
		expect(gone()).toEqual(['r37x', 'r38x']);
	});

	test('keeps what has ended and was not delivered, and what was delivered and has not ended, for longer', () => {
		fill({ delivered: 1 });
		call('change', ref('r5x'), { state: ended() }, { durable: false });
		call('deliver', [ref('r6x')]);
		begin('new');
		expect(gone()).toEqual(['r0x', 'r39x']);
	});

	test('goes by the last change, not by the beginning', () => {
		fill({});
		now++;
		call('change', ref('r0x'), { cost: { images: 2, usd: null } }, { durable: false });
		begin('new');
		expect(gone()).toEqual(['r1x', 'r2x']);
	});

	test('never lets go of what is being worked on', () => {
		fill({ busy: 39 });
		begin('new');
		expect(gone()).toEqual(['r39x']);
		begin('new 2');
		begin('new 3');
		expect(gone()).toEqual(['r39x']);
		expect(names()).toHaveLength(42);
	});
});

test('old records go, those of the last two days and busy ones do not', () => {
	for (const name of ['old', 'busy', 'young']) begin(name);
	call('release', [ref('old'), ref('young')]);
	now += keepAlwaysMs;
	call('prune', { keepRecordsMs: 0, maxRecords: 40, maxResultBytes: 0 } as Parameters<Store['prune']>[0]);
	expect(names()).toEqual(['busy', 'old', 'young']);
	now += 1;
	call('change', ref('young'), { state: accepted() }, { durable: false });
	expect(call('prune', { keepRecordsMs: 10 } as Parameters<Store['prune']>[0])).toEqual({ more: false, files: [] });
	expect(names()).toEqual(['busy', 'young']);
	now += keepAlwaysMs + 5;
	call('prune', { keepRecordsMs: keepAlwaysMs + 5 } as Parameters<Store['prune']>[0]);
	expect(names()).toEqual(['busy', 'young']);
	now += 1;
	call('prune', { keepRecordsMs: keepAlwaysMs + 5 } as Parameters<Store['prune']>[0]);
	expect(names()).toEqual(['busy']);
});

test.each([true, false])('a record that is not here is changed as if it were in the file: %s', (ownsStrangers) => {
	store = new MapStore({ maxRecords: 40, ownsStrangers });
	expect(call('change', ref('stranger'), { state: accepted() }, { durable: true })).toBe(ownsStrangers);
	begin('fox');
	expect(call('change', ref('fox'), { state: accepted() }, { durable: true })).toBe(true);
	call('finish', [ref('fox')], { delivered: false });
	expect(call('change', ref('fox'), { state: ended() }, { durable: true })).toBe(false);
});

test('another state leaves nothing of the one before', () => {
	begin('fox');
	call('change', ref('fox'), { state: unknown }, { durable: false });
	call('change', ref('fox'), { state: ended() }, { durable: false });
	const [record] = call('list', { credentialIds, limit: 1 });
	expect(record).toMatchObject(ended());
	expect(record).not.toHaveProperty('error');
	call('change', ref('fox'), { state: notAccepted }, { durable: false });
	expect(call('list', { credentialIds, limit: 1 })[0]).not.toHaveProperty('snapshot');
});

test('a success counts from its first end, also where it is written again', () => {
	begin('fox');
	now = 2000;
	call('change', ref('fox'), { state: ended() }, { durable: false });
	now = 3000;
	call('change', ref('fox'), { state: ended() }, { durable: false });
	const since = (moment: number) =>
		call('find', { by: 'success', requests: ['request'], since: moment, credentialIds }).length;
	expect([since(2000), since(2001)]).toEqual([1, 0]);
});

test('our refs by the provider are those of the latest begun record', () => {
	for (const name of ['a', 'b', 'c']) {
		begin(name);
		call('change', ref(name), { state: accepted('job') }, { durable: false });
		if (name === 'a') now++;
	}
	expect(call('refsOf', 'endpoint', ['job', 'job', 'none'])).toEqual([['job', ref('c')]]);
	expect(call('takenIds', 'endpoint', ['job', 'job', 'none'])).toEqual(['job']);
	expect(call('takenIds', 'another', ['job'])).toEqual([]);
});

test('spending is ordered by day, provider, model and workflow, an unnamed model first', () => {
	const of = (provider: string) => ({ provider, name: 'Main', digest: 'endpoint', credentialId: 'credential' });
	const rows: Array<[string, Partial<NewRecord>]> = [
		['f', { day: 'd2', endpoint: of('a') }],
		['e', { day: 'd1', endpoint: of('b'), origin: { ...origin, workflowId: 'w2' } }],
		['d', { day: 'd1', endpoint: of('b'), origin: { ...origin, workflowId: 'w1' } }],
		['c', { day: 'd1', endpoint: of('a'), model: 'n' }],
		['b', { day: 'd1', endpoint: of('a'), model: 'm' }],
		['a', { day: 'd1', endpoint: of('a'), model: null }],
	];
	for (const [name, changes] of rows) begin(name, changes);
	expect(
		call('spending', { credentialIds }).map(({ day, provider, model, workflowId }) =>
			[day, provider, model, workflowId].join(' '),
		),
	).toEqual([
		'd1 a  workflow',
		'd1 a m workflow',
		'd1 a n workflow',
		'd1 b fox-1 w1',
		'd1 b fox-1 w2',
		'd2 a fox-1 workflow',
	]);
});

test('result files are not kept here', () => {
	expect(call('expireResults', 10)).toEqual([]);
	expect(call('strayResults', [{ ref: ref('a'), imageIndex: 0 }])).toEqual([]);
	begin('fox');
	call('release', [ref('fox')]);
	expect(call('forget', [ref('fox'), ref('fox'), ref('none')], credentialIds)).toEqual({
		refs: [ref('fox')],
		files: [],
	});
	expect(names()).toEqual([]);
});
