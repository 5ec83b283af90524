import type { RecordState } from '../../memory/record';
import { accepted, ended, notAccepted, unknown } from '../../memory/testing/samples';
import { outcomeOf } from '../../model/errors';
import { hour, inShort, origin, type Seed, setUp } from '../../test/support/adoptions';
import { inMs } from '../runtime/clock';
import type { Wanted } from './wanted';

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
