import type { BudgetLimit } from '../memory.ts';
import { describeMemories } from '../testing/bothMemories.ts';
import { claimant, credentialIds, ended, newRecord, notAccepted, origin, unknown } from '../testing/samples.ts';

describeMemories((subject) => {
	const { begin, only } = subject;

	test('takes a record only while no node run works on it, under the key it was seen with', async () => {
		const { ref, key } = newRecord('fox');
		await begin('fox');
		expect(await subject.memory.journal.take(ref, { seenKey: key })).toBeNull();
		await subject.memory.journal.release([ref]);
		expect(await only('fox')).toMatchObject({ held: 'mine', busy: false });
		expect(await subject.memory.journal.take(ref, { seenKey: 'another' })).toBeNull();
		expect(await subject.memory.journal.take('nosuchref000', { seenKey: key })).toBeNull();
		expect(await subject.memory.journal.take(ref, { seenKey: key })).toMatchObject({
			held: 'mine',
			busy: true,
			key,
		});
	});

	test('a claimant that takes a record gives it its own names', async () => {
		const { ref, key } = newRecord('fox');
		await begin('fox');
		await subject.memory.journal.finish([ref], { delivered: false });
		expect(await subject.memory.journal.change(ref, { state: unknown })).toBe(false);
		const as = claimant('new', {
			lineage: 'new',
			rootExecutionId: '9',
			attempt: 2,
			day: '2026-06-01',
			origin: { ...origin, executionId: '9', nodeId: 'other' },
		});
		subject.now += 10;
		const taken = await subject.memory.journal.take(ref, { seenKey: key, as, adoptedFrom: '7' });
		expect(taken).toMatchObject({
			...as,
			ref,
			wireKey: key,
			adoptedFrom: '7',
			held: 'mine',
			busy: true,
			updatedAt: subject.now,
		});
		expect(await subject.memory.journal.find({ by: 'baseKey', baseKey: as.baseKey, credentialIds })).toEqual([
			taken,
		]);
		expect(
			await subject.memory.journal.find({ by: 'baseKey', baseKey: newRecord('fox').baseKey, credentialIds }),
		).toEqual([]);
		// The budgets count the record for its new owner.
		const limit: BudgetLimit = { name: 'today', over: { lineage: 'new', nodeId: 'other' }, images: 0 };
		expect(await begin('x', {}, [limit])).toMatchObject({ kind: 'overBudget', spent: { images: 1 } });
	});

	test('a record is not taken under a key that another one has, unless that one was not accepted', async () => {
		const [fox, hen] = [newRecord('fox'), newRecord('hen')];
		await begin('fox');
		await begin('hen');
		await subject.memory.journal.release([fox.ref]);
		expect(await subject.memory.journal.take(fox.ref, { seenKey: fox.key, as: claimant('hen') })).toBeNull();
		await subject.memory.journal.change(hen.ref, { state: notAccepted });
		expect(await subject.memory.journal.take(fox.ref, { seenKey: fox.key, as: claimant('hen') })).toMatchObject({
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
			(await subject.memory.journal.find({ by: 'baseKey', baseKey: 'b', credentialIds: ids })).map(
				({ attempt }) => attempt,
			);
		expect(await refs(credentialIds)).toEqual([2, 0]);
		expect(await refs(['foreign', ...credentialIds])).toEqual([2, 1, 0]);
		expect(await refs([])).toEqual([]);
	});

	test('finds orphans of other lineages, oldest first', async () => {
		const find = async () =>
			(
				await subject.memory.journal.find({
					by: 'orphans',
					workflowId: 'workflow',
					nodeId: 'node',
					requests: ['request', 'also'],
					exceptLineage: 'mine',
					since: subject.start + 1,
					credentialIds,
				})
			).map(({ ref }) => ref.replace(/0+$/, ''));
		await begin('early');
		subject.now += 1;
		await begin('mine', { lineage: 'mine' });
		await begin('elsewhere', { origin: { ...origin, nodeId: 'other' } });
		await begin('another', { request: 'another' });
		await begin('foreign', { endpoint: { provider: 'p', name: 'n', digest: 'd', credentialId: 'foreign' } });
		await begin('lost');
		subject.now += 1;
		await begin('good', { request: 'also' });
		for (const [name, state] of [
			['notAccepted', notAccepted],
			['failed', ended('failed')],
			['canceled', ended('canceled')],
			['gone', ended()],
		] as const) {
			await begin(name);
			await subject.memory.journal.change(newRecord(name).ref, { state });
		}
		await subject.memory.journal.change(newRecord('lost').ref, { state: unknown });
		await subject.memory.journal.deliver([newRecord('gone').ref]);
		expect(await find()).toEqual(['lost', 'good']);
	});

	test('finds what earlier attempts of the same lineage requested, delivered or not', async () => {
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
		subject.now += 1;
		await begin('given');
		await begin('own', { rootExecutionId: '8' });
		await begin('other', { lineage: 'other' });
		await begin('failed');
		await subject.memory.journal.change(newRecord('failed').ref, { state: ended('failed') });
		await subject.memory.journal.deliver([newRecord('given').ref]);
		expect((await subject.memory.journal.find(query)).map(({ ref }) => ref.replace(/0+$/, ''))).toEqual([
			'earlier',
			'given',
		]);
		expect(await subject.memory.journal.find({ ...query, credentialIds: ['foreign'] })).toEqual([]);
	});

	test('finds jobs that succeeded since a moment, newest first, and no partial ones', async () => {
		const find = async (since: number) =>
			(await subject.memory.journal.find({ by: 'success', requests: ['request'], since, credentialIds })).map(
				({ ref }) => ref.replace(/0+$/, ''),
			);
		for (const name of ['early', 'late', 'partial']) await begin(name);
		subject.now += 10;
		await subject.memory.journal.change(newRecord('early').ref, { state: ended() });
		subject.now += 10;
		await subject.memory.journal.change(newRecord('late').ref, { state: ended() });
		await subject.memory.journal.change(newRecord('partial').ref, { state: ended('partial') });
		await subject.memory.journal.deliver([newRecord('late').ref]);
		expect(await find(0)).toEqual(['late', 'early']);
		expect(await find(subject.now)).toEqual(['late']);
	});
});
