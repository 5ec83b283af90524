import { describeMemories } from '../testing/bothMemories.ts';
import { credentialIds, ended, newRecord, notAccepted, origin, unknown } from '../testing/samples.ts';

describeMemories((subject) => {
	const { begin, only } = subject;

	test('forgets records that are not busy, with their result files', async () => {
		const [fox, hen] = [newRecord('fox').ref, newRecord('hen').ref];
		for (const name of ['fox', 'hen']) await begin(name);
		await subject.memory.results.put(fox, 0, Buffer.from('fox'));
		expect(await subject.memory.journal.forget([fox, hen, 'nosuchref000'], credentialIds)).toBe(0);
		await subject.memory.journal.release([fox]);
		expect(await subject.memory.journal.forget([fox], ['foreign'])).toBe(0);
		expect(await subject.memory.journal.forget([fox, fox, hen], credentialIds)).toBe(1);
		expect(await only('fox')).toBeUndefined();
		expect(await subject.memory.results.get(fox, 0)).toBeNull();
		expect(await only('hen')).toBeDefined();
	});

	test('lists by every filter, newest first, and only records of the credentials', async () => {
		const list = async (filter: object) =>
			(await subject.memory.journal.list({ credentialIds, limit: 10, ...filter })).map(({ ref }) =>
				ref.replace(/0+$/, ''),
			);
		const names = ['a', 'b', 'c'];
		for (const name of names) {
			await begin(name);
			subject.now += 10;
		}
		await begin('d', { origin: { ...origin, workflowId: 'w2', executionId: '9' } });
		await begin('e', { endpoint: { provider: 'p', name: 'n', digest: 'd', credentialId: 'foreign' } });
		await subject.memory.journal.change(newRecord('a').ref, { state: ended('failed') });
		await subject.memory.journal.change(newRecord('b').ref, { state: unknown });
		await subject.memory.journal.deliver([newRecord('a').ref]);
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
		expect(await list({ since: subject.start + 10, until: subject.start + 20 })).toEqual(['c', 'b']);
		expect(await list({ refs: ['a', 'e', 'c'].map((name) => newRecord(name).ref) })).toEqual(['c', 'a']);
	});

	test('adds up spending by provider, model, workflow and day', async () => {
		await begin('a');
		await begin('b', { cost: { images: 4, usd: null } });
		await begin('c', { day: '2026-05-02', model: null });
		await begin('d');
		await begin('e', { endpoint: { provider: 'p', name: 'n', digest: 'd', credentialId: 'foreign' } });
		await subject.memory.journal.change(newRecord('b').ref, { state: unknown });
		await subject.memory.journal.change(newRecord('d').ref, { state: notAccepted });
		await subject.memory.journal.finish([newRecord('c').ref], { delivered: false });
		const shared = { provider: 'imageSaas', workflowId: 'workflow', workflowName: 'Foxes' };
		expect(await subject.memory.journal.spending({ credentialIds })).toEqual([
			{ ...shared, model: 'fox-1', day: '2026-05-01', jobs: 2, images: 5, usd: 0.25, unpriced: 1, unknown: 1 },
			// The execution ended while the request was still running.
			{ ...shared, model: null, day: '2026-05-02', jobs: 1, images: 1, usd: 0.25, unpriced: 0, unknown: 1 },
		]);
		expect(await subject.memory.journal.spending({ credentialIds, workflowId: 'other' })).toEqual([]);
	});
});
