import { describeMemories } from '../testing/bothMemories.ts';
import { accepted, credentialIds, ended, newRecord, notAccepted, snapshot, unknown } from '../testing/samples.ts';

describeMemories((subject) => {
	const { begin, only } = subject;

	test('records how an accepted job ended, also where another process holds it', async () => {
		const { ref } = newRecord('fox');
		await begin('fox');
		await subject.memory.journal.note('endpoint', [{ ref, snapshot: snapshot() }]);
		expect(await only('fox')).toMatchObject({ state: 'sent' });
		await subject.memory.journal.change(ref, { state: accepted() });
		await subject.memory.journal.finish([ref], { delivered: true });
		await subject.memory.journal.note('another', [{ ref, snapshot: snapshot() }]);
		expect(await only('fox')).toMatchObject({ state: 'accepted' });
		await subject.memory.journal.note('endpoint', [
			{ ref: 'nosuchref000', snapshot: snapshot() },
			{ ref, snapshot: snapshot('partial') },
		]);
		expect(await only('fox')).toMatchObject({ ...ended('partial'), held: 'free' });
	});

	test('finish and deliver mark the delivery once', async () => {
		const refs = ['fox', 'hen'].map((name) => newRecord(name).ref);
		await begin('fox');
		await begin('hen');
		await subject.memory.journal.finish(refs.slice(0, 1), { delivered: true });
		expect(await only('fox')).toMatchObject({ held: 'free', busy: false, deliveredAt: subject.now });
		subject.now += 5;
		await subject.memory.journal.deliver(refs);
		expect(await only('fox')).toMatchObject({ deliveredAt: subject.now - 5 });
		expect(await only('hen')).toMatchObject({ deliveredAt: subject.now, held: 'mine', busy: true });
	});

	test('knows which provider ids belong to a record', async () => {
		const { ref } = newRecord('fox');
		await begin('fox');
		await subject.memory.journal.change(ref, {
			requests: [{ part: 0, outcome: 'accepted', sentAt: 1, providerId: 'task-1' }],
		});
		await subject.memory.journal.change(ref, { state: accepted('job-1') });
		const taken = (endpoint: string) =>
			subject.memory.journal.takenIds(endpoint, ['task-1', 'job-1', 'job-2', 'job-1']);
		expect(await taken('endpoint')).toEqual(new Set(['task-1', 'job-1']));
		expect(await taken('other')).toEqual(new Set());
		await subject.memory.journal.finish([ref], { delivered: true });
		await subject.memory.journal.forget([ref], credentialIds);
		expect(await taken('endpoint')).toEqual(new Set());
	});

	test('gives our refs by the ids of the provider', async () => {
		const [fox, hen] = [newRecord('fox').ref, newRecord('hen').ref];
		for (const name of ['fox', 'hen', 'owl']) {
			await begin(name);
			subject.now += 1;
		}
		await subject.memory.journal.change(fox, {
			requests: [{ part: 0, outcome: 'accepted', sentAt: 1, providerId: 'task-1' }],
		});
		await subject.memory.journal.change(fox, { state: accepted('batch-1~2~task-1') });
		await subject.memory.journal.change(hen, {
			state: accepted('task-3,task-4~2'),
			requests: ['task-3', 'task-4'].map((providerId, part) => ({
				part,
				outcome: 'accepted',
				sentAt: 1,
				providerId,
			})),
		});
		await subject.memory.journal.change(hen, { state: accepted('job-2') });
		const refsOf = (endpoint: string) =>
			subject.memory.journal.refsOf(endpoint, [
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
		expect(await subject.memory.journal.refsOf('endpoint', [])).toEqual(new Map());
		await subject.memory.journal.change(newRecord('owl').ref, { state: ended('succeeded', 'job-2') });
		await subject.memory.journal.change(fox, { state: unknown });
		expect(await refsOf('endpoint')).toEqual(new Map([...known, ['job-2', newRecord('owl').ref]]));
		await subject.memory.journal.release([fox]);
		await subject.memory.journal.forget([fox], credentialIds);
		expect((await refsOf('endpoint')).has('task-1')).toBe(false);
	});

	test('the end of a part of a job is not the end of the job', async () => {
		const { ref } = newRecord('fox');
		await begin('fox');
		await subject.memory.journal.change(ref, { state: accepted('task-1,task-2~2') });
		await subject.memory.journal.note('endpoint', [{ ref, snapshot: snapshot('succeeded', 'task-1') }]);
		expect(await only('fox')).toMatchObject(accepted('task-1,task-2~2'));
		await subject.memory.journal.note('endpoint', [{ ref, snapshot: snapshot('succeeded', 'task-1,task-2~2') }]);
		expect(await only('fox')).toMatchObject({ state: 'ended' });
	});

	test('what is settled as delivered is so from the same transaction on', async () => {
		const [fox, hen] = [newRecord('fox').ref, newRecord('hen').ref];
		for (const name of ['fox', 'hen']) await begin(name);
		expect(await subject.memory.journal.settle(fox, credentialIds, { state: ended() }, { delivered: true })).toBe(
			false,
		);
		expect(await only('fox')).toMatchObject({ deliveredAt: null });
		await subject.memory.journal.release([fox, hen]);
		await subject.memory.journal.settle(fox, credentialIds, { state: ended() }, { delivered: true });
		await subject.memory.journal.settle(hen, credentialIds, { state: notAccepted });
		expect(await only('fox')).toMatchObject({ state: 'ended', deliveredAt: subject.now });
		expect(await only('hen')).toMatchObject({ state: 'notAccepted', deliveredAt: null });
	});

	test('settles what is unknown or was left under way, and nothing else', async () => {
		const { ref } = newRecord('fox');
		await begin('fox');
		expect(await subject.memory.journal.settle(ref, credentialIds, { state: ended() })).toBe(false);
		await subject.memory.journal.release([ref]);
		expect(await subject.memory.journal.settle(ref, ['foreign'], { state: ended() })).toBe(false);
		expect(await subject.memory.journal.settle(ref, credentialIds, { state: accepted() })).toBe(true);
		expect(await subject.memory.journal.settle(ref, credentialIds, { state: ended() })).toBe(false);
		await subject.memory.journal.change(ref, { state: unknown });
		expect(await subject.memory.journal.settle(ref, credentialIds, { state: notAccepted })).toBe(true);
		expect(await subject.memory.journal.settle('nosuchref000', credentialIds, { state: notAccepted })).toBe(false);
	});
});
