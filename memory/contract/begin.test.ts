import type { BudgetLimit } from '../memory.ts';
import { MemoryError } from '../memory.ts';
import { describeMemories } from '../testing/bothMemories.ts';
import { accepted, newRecord, notAccepted, unknown } from '../testing/samples.ts';

describeMemories((subject) => {
	const { begin, only } = subject;

	test('begins a record that is held and busy', async () => {
		const begun = await begin('fox');
		expect(begun).toEqual({
			kind: 'begun',
			record: {
				...newRecord('fox'),
				state: 'sent',
				createdAt: subject.now,
				updatedAt: subject.now,
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
		await subject.memory.journal.change(newRecord('fox').ref, { state: notAccepted });
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
		await subject.memory.journal.change(newRecord('one').ref, { state: notAccepted });
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
		subject.now += 5;
		const requests = [{ part: 0, outcome: 'accepted', sentAt: 1, providerId: 'p' }] as const;
		expect(
			await subject.memory.journal.change(
				ref,
				{ state: accepted(), requests, cost: { images: 2, usd: null } },
				{ durable: true },
			),
		).toBe(true);
		expect(await only('fox')).toMatchObject({
			...accepted(),
			requests,
			cost: { images: 2, usd: null },
			updatedAt: subject.now,
			createdAt: subject.now - 5,
		});
		await subject.memory.journal.change(ref, { state: unknown });
		const record = await only('fox');
		expect(record).toMatchObject(unknown);
		expect(record).not.toHaveProperty('snapshot');
		expect(await subject.memory.journal.change('nosuchref000', { state: unknown })).toBe(false);
	});
});
