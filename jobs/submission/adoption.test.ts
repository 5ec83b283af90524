import type { NewRecord, RecordState } from '../../memory/record';
import { accepted, ended, newRecord, notAccepted, unknown } from '../../memory/testing/samples';
import { outcomeOf } from '../../model/errors';
import { memoryInProcess, wantedFor } from '../../test/support/makeAt';
import { settle, VirtualClock } from '../../test/support/virtualClock';
import { Adoption, type FindOptions } from './adoption';
import type { Found, Wanted } from './wanted';
import { LeftBehind } from './leftBehind';
import { inMs } from '../runtime/clock';

const hour = 3_600_000;
const { origin } = wantedFor('', []);

/**
 * Who holds a record: the node run that works on it, its running execution, or none after the execution has ended.
 */
type Holder = 'nodeRun' | 'execution' | 'none';

interface Seed extends Partial<NewRecord> {
	state?: RecordState;
	holder?: Holder;
}

function setUp() {
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
const inShort = (found: Found) =>
	found.kind === 'nothing'
		? ['nothing', found.claimant.key, found.claimant.attempt]
		: [
				found.kind,
				found.record.ref.replace(/0+$/, ''),
				found.how,
				...(found.kind === 'job' ? [found.isShared] : []),
			];

describe('of the same item', () => {
	it('finds nothing in an empty journal, and names the first attempt', async () => {
		const { find } = setUp();
		expect(await find({ day: '2026-03-04', lineage: 'own' })).toEqual({
			kind: 'nothing',
			claimant: {
				key: 'item',
				baseKey: 'item',
				attempt: 0,
				lineage: 'own',
				rootExecutionId: '1',
				origin,
				day: '2026-03-04',
			},
		});
	});

	it.each<[string, RecordState | undefined, unknown[]]>([
		['was sent without an answer', undefined, ['unsettled', 'a', 'sameKey']],
		['has an unknown outcome', unknown, ['unsettled', 'a', 'sameKey']],
		['runs', accepted(), ['job', 'a', 'sameKey', false]],
		['has succeeded', ended(), ['job', 'a', 'sameKey', false]],
		['has succeeded in part', ended('partial'), ['job', 'a', 'sameKey', false]],
		['has failed', ended('failed'), ['nothing', 'item~1', 1]],
		['was canceled', ended('canceled'), ['nothing', 'item~1', 1]],
		['was not accepted', notAccepted, ['nothing', 'item', 0]],
	])('a job that %s', async (_what, state, expected) => {
		for (const holder of ['none', 'execution'] as const) {
			const { seed, find } = setUp();
			await seed('a', { ...(state ? { state } : {}), holder });
			expect(inShort(await find())).toEqual(expected);
		}
	});

	it('counts the attempt after the latest one', async () => {
		const { seed, find } = setUp();
		await seed('a', { key: 'item~3', attempt: 3, state: ended('failed') });
		expect(inShort(await find())).toEqual(['nothing', 'item~4', 4]);
	});

	it('takes the record over: this run holds it and works on it', async () => {
		const { seed, find } = setUp();
		await seed('a', { state: accepted() });
		expect(await find({ lineage: 'lineage', rootExecutionId: '2' })).toMatchObject({
			record: { held: 'mine', busy: true },
		});
	});

	it.each<[string, RecordState]>([
		['runs', accepted()],
		['has succeeded', ended()],
		['has failed', ended('failed')],
	])('shares a job that %s with the run that works on it', async (_what, state) => {
		const { seed, find } = setUp();
		await seed('a', { state, holder: 'nodeRun' });
		expect(inShort(await find())).toEqual(['job', 'a', 'sameKey', true]);
	});

	it.each<[string, RecordState | undefined]>([
		['sends it', undefined],
		['settles it', unknown],
		['has it not accepted and tries again', notAccepted],
	])('waits while another run %s, and goes on within a second after that run', async (_what, state) => {
		const { clock, journal, seed, find } = setUp();
		const ref = await seed('a', { ...(state ? { state } : {}), holder: 'nodeRun' });
		let isFound = false as boolean;
		const finding = find({}, { deadline: inMs(clock, hour) }).then((found) => {
			isFound = true;
			return found;
		});
		await clock.advance(60_000);
		expect(isFound).toBe(false);
		await journal.change(ref, { state: ended() });
		await journal.release([ref]);
		await clock.advance(1_000);
		expect(inShort(await finding)).toEqual(['job', 'a', 'sameKey', false]);
	});

	it('looks again soon at first, then once a second', async () => {
		const { clock, seed, journal, find } = setUp();
		await seed('a', { holder: 'nodeRun' });
		const started = clock.now();
		const looks: number[] = [];
		const take = journal.take.bind(journal);
		journal.take = (...args) => {
			looks.push(clock.now() - started);
			return take(...args);
		};
		void outcomeOf(find());
		await clock.advance(5_000);
		expect(looks.slice(0, 4)).toEqual([0, 100, 250, 475]);
		const gaps = looks.map((at, n) => at - (looks[n - 1] ?? 0));
		expect(Math.max(...gaps)).toBe(1_000);
	});

	it('throws at the deadline while the other run has no job yet; nothing was sent', async () => {
		const { clock, seed, find } = setUp();
		await seed('a', { holder: 'nodeRun' });
		const deadline = inMs(clock, 5_000);
		expect(await clock.until(outcomeOf(find({}, { deadline })))).toMatchObject({
			ok: false,
			error: { code: 'timeout', delivery: 'notSent', hint: expect.stringContaining('"Max Wait"') as string },
		});
		expect(clock.now()).toBeGreaterThanOrEqual(deadline);
		expect(clock.now()).toBeLessThanOrEqual(deadline + 1_000);
	});

	it('stops waiting when the execution is stopped', async () => {
		const { clock, seed, find } = setUp();
		await seed('a', { holder: 'nodeRun' });
		const stop = new AbortController();
		const finding = outcomeOf(find({}, { signal: stop.signal }));
		await clock.advance(500);
		stop.abort();
		expect(await finding).toMatchObject({ ok: false, error: { code: 'canceled' } });
	});

	it('settles an unfinished job, or gives it as it is when another run completes it past the deadline', async () => {
		const free = setUp();
		await free.seed('a', { state: accepted() });
		expect(inShort(await free.find({}, { isUnfinished: () => true }))).toEqual(['unsettled', 'a', 'sameKey']);
		const busy = setUp();
		await busy.seed('a', { state: accepted(), holder: 'nodeRun' });
		const started = busy.clock.now();
		const found = await busy.clock.until(busy.find({}, { isUnfinished: () => true }));
		expect(inShort(found)).toEqual(['job', 'a', 'sameKey', true]);
		expect(busy.clock.now() - started).toBeGreaterThanOrEqual(5_000);
	});

	it.each<[string, RecordState | undefined]>([
		['runs', accepted()],
		['was sent', undefined],
	])('an item whose request has changed is a new attempt, though the earlier one %s', async (_what, state) => {
		const { seed, find } = setUp();
		await seed('a', state ? { state } : {});
		expect(inShort(await find({ requests: ['another request'] }))).toEqual(['nothing', 'item~1', 1]);
	});
});

describe('of a key of the user', () => {
	const own = { isOwnKey: true, requests: ['another request'] };

	it.each<[string, RecordState]>([
		['was not accepted', notAccepted],
		['has failed', ended('failed')],
		['was canceled', ended('canceled')],
	])('a job that %s leaves the key to another request', async (_what, state) => {
		const { seed, find } = setUp();
		await seed('a', { state });
		expect(inShort(await find({ ...own, lineage: 'other' }))).toEqual(['nothing', 'item~1', 1]);
	});

	it.each<[string, Seed]>([
		['runs', { state: accepted() }],
		['has succeeded', { state: ended() }],
		['has failed while its run works on it', { state: ended('failed'), holder: 'nodeRun' }],
		['was sent', {}],
	])('another request is a conflict with a job that %s; nothing was sent', async (_what, seeded) => {
		const { clock, seed, find } = setUp();
		await seed('a', seeded);
		await clock.advance(1);
		expect(await outcomeOf(find({ ...own, lineage: 'other' }))).toMatchObject({
			ok: false,
			error: {
				code: 'conflict',
				delivery: 'notSent',
				hint: expect.stringContaining('"Idempotency Key"') as string,
			},
		});
	});

	it('keeps the record of the execution that asked first', async () => {
		const { seed, find, journal } = setUp();
		const ref = await seed('a', { state: accepted() });
		await find({ isOwnKey: true, lineage: 'other', rootExecutionId: '9' });
		const [record] = await journal.list({ credentialIds: ['credential'], refs: [ref], limit: 1 });
		expect(record).toMatchObject({ lineage: 'lineage', rootExecutionId: '1' });
	});
});

describe('of an earlier attempt of the execution, under another key', () => {
	const earlier = { key: 'old', baseKey: 'old' };
	const retry = { rootExecutionId: '2' };

	it.each<[string, RecordState | undefined, unknown[]]>([
		['runs', accepted(), ['job', 'a', 'sameKey', false]],
		['has succeeded', ended(), ['job', 'a', 'sameKey', false]],
		['was sent', undefined, ['unsettled', 'a', 'sameKey']],
		['has an unknown outcome', unknown, ['unsettled', 'a', 'sameKey']],
		['has failed', ended('failed'), ['nothing', 'item', 0]],
		['was not accepted', notAccepted, ['nothing', 'item', 0]],
	])('a job that %s', async (_what, state, expected) => {
		const { seed, find } = setUp();
		await seed('a', { ...earlier, ...(state ? { state } : {}) });
		expect(inShort(await find(retry))).toEqual(expected);
	});

	it('becomes the job of this item', async () => {
		const { seed, find, journal } = setUp();
		const ref = await seed('a', { ...earlier, state: accepted() });
		await find(retry);
		const [record] = await journal.list({ credentialIds: ['credential'], refs: [ref], limit: 1 });
		expect(record).toMatchObject({ key: 'item', baseKey: 'item', rootExecutionId: '2', wireKey: 'key of a' });
	});

	it('settles an unfinished job', async () => {
		const { seed, find } = setUp();
		await seed('a', { ...earlier, state: accepted() });
		expect(inShort(await find(retry, { isUnfinished: () => true }))).toEqual(['unsettled', 'a', 'sameKey']);
	});

	it('takes each of several equal jobs once, the oldest first', async () => {
		const { clock, seed, find } = setUp();
		for (const name of ['a', 'b']) {
			await seed(name, { key: name, baseKey: name, state: accepted(name) });
			await clock.advance(1_000);
		}
		const found = [];
		for (const key of ['item 1', 'item 2', 'item 3']) found.push(inShort(await find({ ...retry, baseKey: key })));
		expect(found).toEqual([
			['job', 'a', 'sameKey', false],
			['job', 'b', 'sameKey', false],
			['nothing', 'item 3', 0],
		]);
	});

	it('waits while the earlier attempt is at work on it', async () => {
		const { clock, journal, seed, find } = setUp();
		const ref = await seed('a', { ...earlier, holder: 'nodeRun' });
		const finding = find(retry);
		await clock.advance(2_000);
		await journal.change(ref, { state: accepted() });
		await journal.release([ref]);
		await journal.finish([ref], { delivered: false });
		expect(inShort(await clock.until(finding))).toEqual(['job', 'a', 'sameKey', false]);
	});

	it.each<[string, Partial<Wanted>]>([
		['a key of the user', { ...retry, isOwnKey: true }],
		['the same execution', { rootExecutionId: '1' }],
		['another execution', { ...retry, lineage: 'other' }],
		['another request', { ...retry, requests: ['another request'] }],
		['another credential', { ...retry, credentialIds: ['other'] }],
		['another node', { ...retry, origin: { ...origin, nodeId: 'other' } }],
	])('is not for %s', async (_who, patch) => {
		const { seed, find } = setUp();
		await seed('a', { ...earlier, state: accepted() });
		expect(inShort(await find(patch))).toEqual(['nothing', 'item', 0]);
	});
});

describe('of an execution that ended without an item', () => {
	const left = { key: 'old', baseKey: 'old', lineage: 'old', origin: { ...origin, executionId: '77' } };
	const adopts = { adoptWithinMs: 2 * hour, rootExecutionId: '2' };

	it.each<[string, RecordState | undefined, unknown[]]>([
		['runs', accepted(), ['job', 'a', 'adopted', false]],
		['has succeeded', ended(), ['job', 'a', 'adopted', false]],
		['was sent', undefined, ['unsettled', 'a', 'adopted']],
		['has failed', ended('failed'), ['nothing', 'item', 0]],
	])('a job that %s', async (_what, state, expected) => {
		const { seed, find } = setUp();
		await seed('a', { ...left, ...(state ? { state } : {}) });
		const found = await find(adopts);
		expect(inShort(found)).toEqual(expected);
		if (found.kind !== 'nothing') expect(found.record).toMatchObject({ adoptedFrom: '77', key: 'item' });
	});

	it('remembers the first execution over several adoptions', async () => {
		const { journal, seed, find } = setUp();
		const ref = await seed('a', { ...left, state: accepted() });
		await find(adopts);
		await journal.release([ref]);
		await journal.finish([ref], { delivered: false });
		const next = { ...adopts, baseKey: 'next', lineage: 'next', rootExecutionId: '3' };
		expect(await find(next)).toMatchObject({ how: 'adopted', record: { adoptedFrom: '77', key: 'next' } });
	});

	it('settles an unfinished job', async () => {
		const { seed, find } = setUp();
		await seed('a', { ...left, state: accepted() });
		expect(inShort(await find(adopts, { isUnfinished: () => true }))).toEqual(['unsettled', 'a', 'adopted']);
	});

	it('counts a job as delivered whose item n8n has saved, and takes the next one', async () => {
		const { clock, journal, seed, find } = setUp();
		const delivered = await seed('a', { ...left, state: accepted('a') });
		await clock.advance(1_000);
		await seed('b', { ...left, key: 'b', baseKey: 'b', state: accepted('b') });
		const asked: string[] = [];
		const savedRefs = async (executionId: string) => {
			asked.push(executionId);
			return new Set([delivered]);
		};
		expect(inShort(await find({ ...adopts, savedRefs }))).toEqual(['job', 'b', 'adopted', false]);
		expect(asked).toEqual(['77', '77']);
		const [record] = await journal.list({ credentialIds: ['credential'], refs: [delivered], limit: 1 });
		expect(record?.deliveredAt).toBe(clock.now());
	});

	it('waits for a request that a stopped execution left under way', async () => {
		const { clock, leftBehind, journal, seed, find } = setUp();
		const ref = await seed('a', { ...left, holder: 'nodeRun' });
		const isOver = leftBehind.add([ref]);
		const finding = find(adopts);
		await clock.advance(3_000);
		await journal.change(ref, { state: accepted() });
		await journal.release([ref]);
		await journal.finish([ref], { delivered: false });
		isOver();
		expect(inShort(await clock.until(finding))).toEqual(['job', 'a', 'adopted', false]);
	});

	it('passes over the job of an execution that goes on', async () => {
		const { clock, seed, find } = setUp();
		await seed('a', { ...left, state: accepted('a'), holder: 'execution' });
		await clock.advance(1_000);
		await seed('b', { ...left, key: 'b', baseKey: 'b', state: accepted('b') });
		expect(inShort(await find(adopts))).toEqual(['job', 'b', 'adopted', false]);
	});

	it.each([
		[2 * hour - 1, ['job', 'a', 'adopted', false]],
		[2 * hour + 1, ['nothing', 'item', 0]],
	])('after %d ms', async (ms, expected) => {
		const { clock, seed, find } = setUp();
		await seed('a', { ...left, state: accepted() });
		await clock.advance(ms);
		expect(inShort(await find(adopts))).toEqual(expected);
	});

	it.each<[string, Partial<Wanted>]>([
		['where adoption is off', { adoptWithinMs: 0 }],
		['for a key of the user', { isOwnKey: true }],
		['for another node', { origin: { ...origin, nodeId: 'other' } }],
		['for another workflow', { origin: { ...origin, workflowId: 'other' } }],
		['for another request', { requests: ['another request'] }],
	])('is not taken %s', async (_who, patch) => {
		const { seed, find } = setUp();
		await seed('a', { ...left, state: accepted() });
		expect(inShort(await find({ ...adopts, ...patch }))).toEqual(['nothing', 'item', 0]);
	});
});

describe('of an equal request that has succeeded', () => {
	const done = { key: 'old', baseKey: 'old', lineage: 'old', origin: { ...origin, nodeId: 'other' }, state: ended() };
	const reuses = { reuseWithinMs: hour };

	it('is given again, whichever node asked for it, and belongs to it still', async () => {
		const { seed, find } = setUp();
		await seed('a', done);
		expect(inShort(await find(reuses))).toEqual(['job', 'a', 'reused', true]);
	});

	it.each<[string, Seed, Partial<Wanted>]>([
		['where reuse is off', {}, { reuseWithinMs: 0 }],
		['after it succeeded in part', { state: ended('partial') }, {}],
		['while it runs', { state: accepted() }, {}],
		['for another request', {}, { requests: ['another request'] }],
		['with another credential', {}, { credentialIds: ['other'] }],
	])('is not given again %s', async (_when, seeded, patch) => {
		const { seed, find } = setUp();
		await seed('a', { ...done, ...seeded });
		expect(inShort(await find({ ...reuses, ...patch }))).toEqual(['nothing', 'item', 0]);
	});

	it('is not given again when it is too old', async () => {
		const { clock, seed, find } = setUp();
		await seed('a', done);
		await clock.advance(hour + 1);
		expect(inShort(await find(reuses))).toEqual(['nothing', 'item', 0]);
	});

	it('is not given again when one of its images is gone; an older one with all images is', async () => {
		const { clock, seed, find } = setUp();
		await seed('a', done);
		await clock.advance(1_000);
		const gone = ended() as RecordState & { state: 'ended' };
		const [image] = gone.snapshot.images;
		if (!image) throw new Error('no image');
		gone.snapshot.images = [image, { ...image, index: 1, url: null }];
		await seed('b', { ...done, key: 'b', baseKey: 'b', state: gone });
		await settle();
		expect(inShort(await find(reuses))).toEqual(['job', 'a', 'reused', true]);
	});
});
