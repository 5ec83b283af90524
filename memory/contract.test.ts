import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BudgetLimit, Memory } from './memory.ts';
import { MemoryError } from './memory.ts';
import { openMemory } from './open.ts';
import {
	accepted,
	claimant,
	credentialIds,
	ended,
	newFolder,
	newRecord,
	origin,
	notAccepted,
	snapshot,
	unknown,
} from './testing/samples.ts';

const day = 24 * 3600_000;

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

function usableFolder(): string {
	const folder = newFolder();
	folders.push(folder);
	return folder;
}

/** A file where the folder should be: nothing can be written, for root neither. */
function unusableFolder(): string {
	const path = join(usableFolder(), 'file');
	writeFileSync(path, '');
	return path;
}

describe.each([
	['SQLite', usableFolder],
	['in memory', unusableFolder],
])('the memory, %s,', (_name, folder) => {
	let start = 0;
	let now = 0;
	let memory: Memory;
	const begin = (name: string, changes = {}, limits: readonly BudgetLimit[] = []) =>
		memory.journal.begin(newRecord(name, changes), limits);
	const only = async (name: string) =>
		(await memory.journal.list({ credentialIds, refs: [newRecord(name).ref], limit: 1 }))[0];

	beforeAll(async () => {
		memory = await openMemory({ folder: folder(), now: () => now });
	});
	afterAll(() => memory.close());
	// One memory serves all tests, for opening takes the longest: each finds it empty, a year after the last one.
	beforeEach(() => {
		start += 365 * day;
		now = start;
	});
	afterEach(async () => {
		const ids = [...credentialIds, 'foreign'];
		const refs = (await memory.journal.list({ credentialIds: ids, limit: 1000 })).map(({ ref }) => ref);
		await memory.journal.finish(refs, { delivered: false });
		await memory.journal.forget(refs, ids);
	});

	test('begins a record that is held and busy', async () => {
		const begun = await begin('fox');
		expect(begun).toEqual({
			kind: 'begun',
			record: {
				...newRecord('fox'),
				state: 'sent',
				createdAt: now,
				updatedAt: now,
				adoptedFrom: null,
				deliveredAt: null,
				held: 'mine',
				busy: true,
			},
		});
		expect(await only('fox')).toEqual(begun.kind === 'begun' && begun.record);
	});

	test('gives the record that a key has already, and writes nothing', async () => {
		await begin('fox');
		const begun = await begin('other', { key: 'key of fox' });
		expect(begun).toMatchObject({ kind: 'exists', record: { ref: newRecord('fox').ref, state: 'sent' } });
		expect(await only('other')).toBeUndefined();
	});

	test('replaces a record that was not accepted of the same key', async () => {
		await begin('fox');
		await memory.journal.change(newRecord('fox').ref, { state: notAccepted });
		expect(await begin('again', { key: 'key of fox' })).toMatchObject({ kind: 'begun' });
		expect(await only('fox')).toBeUndefined();
		expect(await only('again')).toMatchObject({ state: 'sent' });
	});

	test('rejects a ref that another record has, and goes on', async () => {
		await begin('fox');
		const both = [begin('fox', { key: 'another key' }), begin('hen')];
		await expect(both[0]).rejects.toThrow(MemoryError);
		expect(await both[1]).toMatchObject({ kind: 'begun' });
		expect(await only('fox')).toMatchObject({ key: 'key of fox' });
	});

	test('checks budgets of a day and of an execution without records that were not accepted', async () => {
		const today: BudgetLimit = {
			name: 'today',
			over: { workflowId: 'workflow', nodeId: 'node', day: '2026-05-01' },
			images: 3,
		};
		const execution: BudgetLimit = {
			name: 'in this execution',
			over: { lineage: 'lineage', nodeId: 'node' },
			usd: 0.5,
		};
		await begin('one', { cost: { images: 2, usd: null } }, [today, execution]);
		expect(await begin('two', { cost: { images: 2, usd: 0.1 } }, [today, execution])).toEqual({
			kind: 'overBudget',
			limit: today,
			spent: { images: 2, usd: 0 },
		});
		expect(await only('two')).toBeUndefined();
		expect(
			await begin('tomorrow', { day: '2026-05-02', cost: { images: 2, usd: 0.25 } }, [execution]),
		).toMatchObject({ kind: 'begun' });
		const over = await begin('dear', { day: '2026-05-03', cost: { images: 1, usd: 0.5 } }, [execution]);
		expect(over).toEqual({ kind: 'overBudget', limit: execution, spent: { images: 4, usd: 0.25 } });
		await memory.journal.change(newRecord('one').ref, { state: notAccepted });
		expect(await begin('two', {}, [today])).toMatchObject({ kind: 'begun' });
	});

	test('a budget may be used to the last cent', async () => {
		const limit: BudgetLimit = { name: 'today', over: { lineage: 'lineage', nodeId: 'node' }, usd: 0.3 };
		for (const name of ['one', 'two', 'three'])
			expect(await begin(name, { cost: { images: 1, usd: 0.1 } }, [limit])).toMatchObject({ kind: 'begun' });
		expect(await begin('four', { cost: { images: 1, usd: 0.1 } }, [limit])).toMatchObject({ kind: 'overBudget' });
	});

	test('changes state, requests and cost', async () => {
		const { ref } = newRecord('fox');
		await begin('fox');
		now += 5;
		const requests = [{ part: 0, outcome: 'accepted', sentAt: 1, providerId: 'p' }] as const;
		expect(
			await memory.journal.change(
				ref,
				{ state: accepted(), requests, cost: { images: 2, usd: null } },
				{ durable: true },
			),
		).toBe(true);
		expect(await only('fox')).toMatchObject({
			...accepted(),
			requests,
			cost: { images: 2, usd: null },
			updatedAt: now,
			createdAt: now - 5,
		});
		await memory.journal.change(ref, { state: unknown });
		const record = await only('fox');
		expect(record).toMatchObject(unknown);
		expect(record).not.toHaveProperty('snapshot');
		expect(await memory.journal.change('nosuchref000', { state: unknown })).toBe(false);
	});

	test('takes a record only when nobody works on it, under the key it was seen with', async () => {
		const { ref, key } = newRecord('fox');
		await begin('fox');
		expect(await memory.journal.take(ref, { seenKey: key })).toBeNull();
		await memory.journal.release([ref]);
		expect(await only('fox')).toMatchObject({ held: 'mine', busy: false });
		expect(await memory.journal.take(ref, { seenKey: 'another' })).toBeNull();
		expect(await memory.journal.take('nosuchref000', { seenKey: key })).toBeNull();
		expect(await memory.journal.take(ref, { seenKey: key })).toMatchObject({ held: 'mine', busy: true, key });
	});

	test('a claimant that takes a record gives it its own names', async () => {
		const { ref, key } = newRecord('fox');
		await begin('fox');
		await memory.journal.finish([ref], { delivered: false });
		expect(await memory.journal.change(ref, { state: unknown })).toBe(false);
		const as = claimant('new', {
			lineage: 'new',
			rootExecutionId: '9',
			attempt: 2,
			day: '2026-06-01',
			origin: { ...origin, executionId: '9', nodeId: 'other' },
		});
		now += 10;
		const taken = await memory.journal.take(ref, { seenKey: key, as, adoptedFrom: '7' });
		expect(taken).toMatchObject({
			...as,
			ref,
			wireKey: key,
			adoptedFrom: '7',
			held: 'mine',
			busy: true,
			updatedAt: now,
		});
		expect(await memory.journal.find({ by: 'baseKey', baseKey: as.baseKey, credentialIds })).toEqual([taken]);
		expect(await memory.journal.find({ by: 'baseKey', baseKey: newRecord('fox').baseKey, credentialIds })).toEqual(
			[],
		);
		// The budgets follow.
		const limit: BudgetLimit = { name: 'today', over: { lineage: 'new', nodeId: 'other' }, images: 0 };
		expect(await begin('x', {}, [limit])).toMatchObject({ kind: 'overBudget', spent: { images: 1 } });
	});

	test('a record is not taken under a key that another one has, unless that one was not accepted', async () => {
		const [fox, hen] = [newRecord('fox'), newRecord('hen')];
		await begin('fox');
		await begin('hen');
		await memory.journal.release([fox.ref]);
		expect(await memory.journal.take(fox.ref, { seenKey: fox.key, as: claimant('hen') })).toBeNull();
		await memory.journal.change(hen.ref, { state: notAccepted });
		expect(await memory.journal.take(fox.ref, { seenKey: fox.key, as: claimant('hen') })).toMatchObject({
			ref: fox.ref,
			key: hen.key,
		});
		expect(await only('hen')).toBeUndefined();
	});

	test('finds every attempt of an item, the latest first', async () => {
		await begin('first', { baseKey: 'b', attempt: 0 });
		await begin('second', {
			baseKey: 'b',
			attempt: 1,
			endpoint: { provider: 'p', name: 'n', digest: 'd', credentialId: 'foreign' },
		});
		await begin('third', { baseKey: 'b', attempt: 2 });
		const refs = async (ids: string[]) =>
			(await memory.journal.find({ by: 'baseKey', baseKey: 'b', credentialIds: ids })).map(
				({ attempt }) => attempt,
			);
		expect(await refs(credentialIds)).toEqual([2, 0]);
		expect(await refs(['foreign', ...credentialIds])).toEqual([2, 1, 0]);
		expect(await refs([])).toEqual([]);
	});

	test('finds orphans of other lineages, oldest first', async () => {
		const find = async () =>
			(
				await memory.journal.find({
					by: 'orphans',
					workflowId: 'workflow',
					nodeId: 'node',
					requests: ['request', 'also'],
					exceptLineage: 'mine',
					since: start + 1,
					credentialIds,
				})
			).map(({ ref }) => ref.replace(/0+$/, ''));
		await begin('early');
		now += 1;
		await begin('mine', { lineage: 'mine' });
		await begin('elsewhere', { origin: { ...origin, nodeId: 'other' } });
		await begin('another', { request: 'another' });
		await begin('foreign', { endpoint: { provider: 'p', name: 'n', digest: 'd', credentialId: 'foreign' } });
		await begin('lost');
		now += 1;
		await begin('good', { request: 'also' });
		for (const [name, state] of [
			['notAccepted', notAccepted],
			['failed', ended('failed')],
			['canceled', ended('canceled')],
			['gone', ended()],
		] as const) {
			await begin(name);
			await memory.journal.change(newRecord(name).ref, { state });
		}
		await memory.journal.change(newRecord('lost').ref, { state: unknown });
		await memory.journal.deliver([newRecord('gone').ref]);
		expect(await find()).toEqual(['lost', 'good']);
	});

	test('finds what earlier attempts of the same lineage asked for, delivered or not', async () => {
		const query = {
			by: 'earlierAttempts',
			workflowId: 'workflow',
			nodeId: 'node',
			requests: ['request'],
			lineage: 'lineage',
			exceptRootExecutionId: '8',
			credentialIds,
		} as const;
		await begin('earlier');
		now += 1;
		await begin('given');
		await begin('own', { rootExecutionId: '8' });
		await begin('other', { lineage: 'other' });
		await begin('failed');
		await memory.journal.change(newRecord('failed').ref, { state: ended('failed') });
		await memory.journal.deliver([newRecord('given').ref]);
		expect((await memory.journal.find(query)).map(({ ref }) => ref.replace(/0+$/, ''))).toEqual([
			'earlier',
			'given',
		]);
		expect(await memory.journal.find({ ...query, credentialIds: ['foreign'] })).toEqual([]);
	});

	test('finds jobs that succeeded since a moment, newest first, and no partial ones', async () => {
		const find = async (since: number) =>
			(await memory.journal.find({ by: 'success', requests: ['request'], since, credentialIds })).map(({ ref }) =>
				ref.replace(/0+$/, ''),
			);
		for (const name of ['early', 'late', 'partial']) await begin(name);
		now += 10;
		await memory.journal.change(newRecord('early').ref, { state: ended() });
		now += 10;
		await memory.journal.change(newRecord('late').ref, { state: ended() });
		await memory.journal.change(newRecord('partial').ref, { state: ended('partial') });
		await memory.journal.deliver([newRecord('late').ref]);
		expect(await find(0)).toEqual(['late', 'early']);
		expect(await find(now)).toEqual(['late']);
	});

	test('notes how an accepted job ended, whoever holds it', async () => {
		const { ref } = newRecord('fox');
		await begin('fox');
		await memory.journal.note('endpoint', [{ ref, snapshot: snapshot() }]);
		expect(await only('fox')).toMatchObject({ state: 'sent' });
		await memory.journal.change(ref, { state: accepted() });
		await memory.journal.finish([ref], { delivered: true });
		await memory.journal.note('another', [{ ref, snapshot: snapshot() }]);
		expect(await only('fox')).toMatchObject({ state: 'accepted' });
		await memory.journal.note('endpoint', [
			{ ref: 'nosuchref000', snapshot: snapshot() },
			{ ref, snapshot: snapshot('partial') },
		]);
		expect(await only('fox')).toMatchObject({ ...ended('partial'), held: 'free' });
	});

	test('finish and deliver mark the delivery once', async () => {
		const refs = ['fox', 'hen'].map((name) => newRecord(name).ref);
		await begin('fox');
		await begin('hen');
		await memory.journal.finish(refs.slice(0, 1), { delivered: true });
		expect(await only('fox')).toMatchObject({ held: 'free', busy: false, deliveredAt: now });
		now += 5;
		await memory.journal.deliver(refs);
		expect(await only('fox')).toMatchObject({ deliveredAt: now - 5 });
		expect(await only('hen')).toMatchObject({ deliveredAt: now, held: 'mine', busy: true });
	});

	test('knows which provider ids belong to a record', async () => {
		const { ref } = newRecord('fox');
		await begin('fox');
		await memory.journal.change(ref, {
			requests: [{ part: 0, outcome: 'accepted', sentAt: 1, providerId: 'task-1' }],
		});
		await memory.journal.change(ref, { state: accepted('job-1') });
		const taken = (endpoint: string) => memory.journal.takenIds(endpoint, ['task-1', 'job-1', 'job-2', 'job-1']);
		expect(await taken('endpoint')).toEqual(new Set(['task-1', 'job-1']));
		expect(await taken('other')).toEqual(new Set());
		await memory.journal.finish([ref], { delivered: true });
		await memory.journal.forget([ref], credentialIds);
		expect(await taken('endpoint')).toEqual(new Set());
	});

	test('gives our refs by the ids of the provider', async () => {
		const [fox, hen] = [newRecord('fox').ref, newRecord('hen').ref];
		for (const name of ['fox', 'hen', 'owl']) {
			await begin(name);
			now += 1;
		}
		await memory.journal.change(fox, {
			requests: [{ part: 0, outcome: 'accepted', sentAt: 1, providerId: 'task-1' }],
		});
		await memory.journal.change(fox, { state: accepted('batch-1~2~task-1') });
		await memory.journal.change(hen, {
			state: accepted('task-3,task-4~2'),
			requests: ['task-3', 'task-4'].map((providerId, part) => ({
				part,
				outcome: 'accepted',
				sentAt: 1,
				providerId,
			})),
		});
		await memory.journal.change(hen, { state: accepted('job-2') });
		const refsOf = (endpoint: string) =>
			memory.journal.refsOf(endpoint, [
				'task-1',
				'batch-1~2~task-1',
				'batch-1',
				'job-2',
				'job-2',
				'job-3',
				'task-3',
			]);
		const known = new Map([
			['task-1', fox],
			['batch-1~2~task-1', fox],
			['batch-1', fox],
			['job-2', hen],
		]);
		expect(await refsOf('endpoint')).toEqual(known);
		expect(await refsOf('other')).toEqual(new Map());
		expect(await memory.journal.refsOf('endpoint', [])).toEqual(new Map());
		await memory.journal.change(newRecord('owl').ref, { state: ended('succeeded', 'job-2') });
		await memory.journal.change(fox, { state: unknown });
		expect(await refsOf('endpoint')).toEqual(new Map([...known, ['job-2', newRecord('owl').ref]]));
		await memory.journal.release([fox]);
		await memory.journal.forget([fox], credentialIds);
		expect((await refsOf('endpoint')).has('task-1')).toBe(false);
	});

	test('the end of a part of a job is not the end of the job', async () => {
		const { ref } = newRecord('fox');
		await begin('fox');
		await memory.journal.change(ref, { state: accepted('task-1,task-2~2') });
		await memory.journal.note('endpoint', [{ ref, snapshot: snapshot('succeeded', 'task-1') }]);
		expect(await only('fox')).toMatchObject(accepted('task-1,task-2~2'));
		await memory.journal.note('endpoint', [{ ref, snapshot: snapshot('succeeded', 'task-1,task-2~2') }]);
		expect(await only('fox')).toMatchObject({ state: 'ended' });
	});

	test('what is settled as delivered is so from the same transaction on', async () => {
		const [fox, hen] = [newRecord('fox').ref, newRecord('hen').ref];
		for (const name of ['fox', 'hen']) await begin(name);
		expect(await memory.journal.settle(fox, credentialIds, { state: ended() }, { delivered: true })).toBe(false);
		expect(await only('fox')).toMatchObject({ deliveredAt: null });
		await memory.journal.release([fox, hen]);
		await memory.journal.settle(fox, credentialIds, { state: ended() }, { delivered: true });
		await memory.journal.settle(hen, credentialIds, { state: notAccepted });
		expect(await only('fox')).toMatchObject({ state: 'ended', deliveredAt: now });
		expect(await only('hen')).toMatchObject({ state: 'notAccepted', deliveredAt: null });
	});

	test('settles what is unknown or was left under way, and nothing else', async () => {
		const { ref } = newRecord('fox');
		await begin('fox');
		expect(await memory.journal.settle(ref, credentialIds, { state: ended() })).toBe(false);
		await memory.journal.release([ref]);
		expect(await memory.journal.settle(ref, ['foreign'], { state: ended() })).toBe(false);
		expect(await memory.journal.settle(ref, credentialIds, { state: accepted() })).toBe(true);
		expect(await memory.journal.settle(ref, credentialIds, { state: ended() })).toBe(false);
		await memory.journal.change(ref, { state: unknown });
		expect(await memory.journal.settle(ref, credentialIds, { state: notAccepted })).toBe(true);
		expect(await memory.journal.settle('nosuchref000', credentialIds, { state: notAccepted })).toBe(false);
	});

	test('forgets records that are not busy, with their result files', async () => {
		const [fox, hen] = [newRecord('fox').ref, newRecord('hen').ref];
		for (const name of ['fox', 'hen']) await begin(name);
		await memory.results.put(fox, 0, Buffer.from('fox'));
		expect(await memory.journal.forget([fox, hen, 'nosuchref000'], credentialIds)).toBe(0);
		await memory.journal.release([fox]);
		expect(await memory.journal.forget([fox], ['foreign'])).toBe(0);
		expect(await memory.journal.forget([fox, fox, hen], credentialIds)).toBe(1);
		expect(await only('fox')).toBeUndefined();
		expect(await memory.results.get(fox, 0)).toBeNull();
		expect(await only('hen')).toBeDefined();
	});

	test('lists by every filter, newest first, and only records of the credentials', async () => {
		const list = async (filter: object) =>
			(await memory.journal.list({ credentialIds, limit: 10, ...filter })).map(({ ref }) =>
				ref.replace(/0+$/, ''),
			);
		const names = ['a', 'b', 'c'];
		for (const name of names) {
			await begin(name);
			now += 10;
		}
		await begin('d', { origin: { ...origin, workflowId: 'w2', executionId: '9' } });
		await begin('e', { endpoint: { provider: 'p', name: 'n', digest: 'd', credentialId: 'foreign' } });
		await memory.journal.change(newRecord('a').ref, { state: ended('failed') });
		await memory.journal.change(newRecord('b').ref, { state: unknown });
		await memory.journal.deliver([newRecord('a').ref]);
		expect(await list({})).toEqual(['d', 'c', 'b', 'a']);
		expect(await list({ limit: 2 })).toEqual(['d', 'c']);
		expect(await list({ limit: Infinity })).toHaveLength(4);
		expect(await list({ credentialIds: ['foreign', 'credential', 'credential'] })).toEqual([
			'd',
			'e',
			'c',
			'b',
			'a',
		]);
		expect(await list({ credentialIds: [] })).toEqual([]);
		expect(await list({ states: ['ended', 'unknown'] })).toEqual(['b', 'a']);
		expect(await list({ delivered: true })).toEqual(['a']);
		expect(await list({ delivered: false, states: ['sent'] })).toEqual(['d', 'c']);
		expect(await list({ failed: true })).toEqual(['a']);
		expect(await list({ workflowId: 'w2' })).toEqual(['d']);
		expect(await list({ executionId: '9' })).toEqual(['d']);
		expect(await list({ since: start + 10, until: start + 20 })).toEqual(['c', 'b']);
		expect(await list({ refs: ['a', 'e', 'c'].map((name) => newRecord(name).ref) })).toEqual(['c', 'a']);
	});

	test('adds up spending by provider, model, workflow and day', async () => {
		await begin('a');
		await begin('b', { cost: { images: 4, usd: null } });
		await begin('c', { day: '2026-05-02', model: null });
		await begin('d');
		await begin('e', { endpoint: { provider: 'p', name: 'n', digest: 'd', credentialId: 'foreign' } });
		await memory.journal.change(newRecord('b').ref, { state: unknown });
		await memory.journal.change(newRecord('d').ref, { state: notAccepted });
		await memory.journal.finish([newRecord('c').ref], { delivered: false });
		const shared = { provider: 'imageSaas', workflowId: 'workflow', workflowName: 'Foxes' };
		expect(await memory.journal.spending({ credentialIds })).toEqual([
			{ ...shared, model: 'fox-1', day: '2026-05-01', jobs: 2, images: 5, usd: 0.25, unpriced: 1, unknown: 1 },
			// Its execution has ended while the request was under way.
			{ ...shared, model: null, day: '2026-05-02', jobs: 1, images: 1, usd: 0.25, unpriced: 0, unknown: 1 },
		]);
		expect(await memory.journal.spending({ credentialIds, workflowId: 'other' })).toEqual([]);
	});

	test('an event is claimed once, confirmed by one lineage, and forgotten in time', async () => {
		const claim = () => memory.events.claim('scope', 'event', { claimMs: 100, keepMs: 1000 });
		const confirm = (lineage: string) => memory.events.confirm('scope', 'event', lineage, { keepMs: 1000 });
		expect(await Promise.all([claim(), claim()])).toEqual(['claimed', 'open']);
		expect(await memory.events.claim('other', 'event', { claimMs: 100, keepMs: 1000 })).toBe('claimed');
		now += 99;
		expect(await claim()).toBe('open');
		now += 1;
		expect(await claim()).toBe('claimed');
		expect(await confirm('one')).toBe(true);
		expect(await confirm('one')).toBe(true);
		expect(await confirm('two')).toBe(false);
		expect(await claim()).toBe('confirmed');
		now += 1000;
		expect(await claim()).toBe('claimed');
		expect(await memory.events.confirm('scope', 'late', 'one', { keepMs: Infinity })).toBe(true);
		expect(await memory.events.claim('scope', 'late', { claimMs: 1, keepMs: 1 })).toBe('confirmed');
	});

	test('learned values are there at once, and the last writer of a name wins', async () => {
		memory.learned.write('scope', { a: 1, b: { list: [1, 'x', null] } });
		expect(await memory.learned.read('scope')).toEqual({ a: 1, b: { list: [1, 'x', null] } });
		await memory.learned.flush();
		memory.learned.write('scope', { a: 2 });
		expect(await memory.learned.read('scope')).toEqual({ a: 2, b: { list: [1, 'x', null] } });
		expect(await memory.learned.read('other')).toEqual({});
	});

	test('result bytes are kept, replaced, and refs lead to no other folder', async () => {
		const { ref } = newRecord('bytes');
		expect(await memory.results.get(ref, 0)).toBeNull();
		await memory.results.put(ref, 0, Buffer.from('one'));
		await memory.results.put(ref, 1, Buffer.from('two'));
		await memory.results.put(ref, 0, Buffer.from('three'));
		expect(await memory.results.get(ref, 0)).toEqual(Buffer.from('three'));
		expect(await memory.results.get(ref, 1)).toEqual(Buffer.from('two'));
		await expect(memory.results.put('../../escape', 0, Buffer.from('x'))).rejects.toThrow(MemoryError);
		expect(await memory.results.get('../../escape', 0)).toBeNull();
		await expect(memory.results.put(ref, -1, Buffer.from('x'))).rejects.toThrow(MemoryError);
	});

	test('result bytes go a day after they were written, or when said', async () => {
		const [fox, hen] = [newRecord('fox').ref, newRecord('hen').ref];
		await memory.results.put(fox, 0, Buffer.from('fox'));
		await memory.results.put(hen, 0, Buffer.from('hen'));
		await memory.results.keep([hen], now + 3 * day);
		now += day;
		await memory.results.put(newRecord('new').ref, 0, Buffer.from('new'));
		await until(async () => (await memory.results.get(fox, 0)) === null);
		expect(await memory.results.get(hen, 0)).toEqual(Buffer.from('hen'));
		now += 2 * day;
		await memory.results.put(fox, 0, Buffer.from('fox'));
		await until(async () => (await memory.results.get(hen, 0)) === null);
	});

	test('digests are the same for the same text, and differ by purpose', () => {
		expect(memory.digest('key', 'text')).toMatch(/^[A-Za-z0-9_-]{43}$/);
		expect(memory.digest('key', 'text')).toBe(memory.digest('key', 'text'));
		expect(memory.digest('ke', 'ytext')).not.toBe(memory.digest('key', 'text'));
		expect(memory.digest('other', 'text')).not.toBe(memory.digest('key', 'text'));
	});

	test('a closed memory rejects', async () => {
		const closed = await openMemory({ folder: folder() });
		await closed.close();
		await expect(closed.journal.release([])).rejects.toThrow(MemoryError);
	});
});

async function until(condition: () => Promise<boolean>): Promise<void> {
	const deadline = performance.now() + 3000;
	while (!(await condition())) {
		if (performance.now() > deadline) throw new Error('It did not happen.');
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}
