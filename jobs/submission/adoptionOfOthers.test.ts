import type { RecordState } from '../../memory/record';
import { accepted, ended } from '../../memory/testing/samples';
import { hour, inShort, origin, type Seed, setUp } from '../../test/support/adoptions';
import { settle } from '../../test/support/virtualClock';
import type { Wanted } from './wanted';

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
