import { MemoryError } from '../memory.ts';
import { openMemory } from '../open.ts';
import { day, describeMemories, until } from '../testing/bothMemories.ts';
import { newRecord } from '../testing/samples.ts';

describeMemories((subject) => {
	test('an event is claimed once, confirmed by one lineage, and forgotten in time', async () => {
		const claim = () => subject.memory.events.claim('scope', 'event', { claimMs: 100, keepMs: 1000 });
		const confirm = (lineage: string) => subject.memory.events.confirm('scope', 'event', lineage, { keepMs: 1000 });
		expect(await Promise.all([claim(), claim()])).toEqual(['claimed', 'open']);
		expect(await subject.memory.events.claim('other', 'event', { claimMs: 100, keepMs: 1000 })).toBe('claimed');
		subject.now += 99;
		expect(await claim()).toBe('open');
		subject.now += 1;
		expect(await claim()).toBe('claimed');
		expect(await confirm('one')).toBe(true);
		expect(await confirm('one')).toBe(true);
		expect(await confirm('two')).toBe(false);
		expect(await claim()).toBe('confirmed');
		subject.now += 1000;
		expect(await claim()).toBe('claimed');
		expect(await subject.memory.events.confirm('scope', 'late', 'one', { keepMs: Infinity })).toBe(true);
		expect(await subject.memory.events.claim('scope', 'late', { claimMs: 1, keepMs: 1 })).toBe('confirmed');
	});

	test('a claim from before the date was set back holds an event no longer than other claims', async () => {
		const claim = () => subject.memory.events.claim('scope', 'event', { claimMs: 10_000, keepMs: 1000 });
		expect(await claim()).toBe('claimed');
		subject.now -= 50_000;
		expect(await claim()).toBe('open');
		subject.now -= 3600_000;
		expect(await claim()).toBe('claimed');
		expect(await claim()).toBe('open');
	});

	test('learned values are there at once, and the last writer of a name wins', async () => {
		subject.memory.learned.write('scope', { a: 1, b: { list: [1, 'x', null] } });
		expect(await subject.memory.learned.read('scope')).toEqual({ a: 1, b: { list: [1, 'x', null] } });
		await subject.memory.learned.flush();
		subject.memory.learned.write('scope', { a: 2 });
		expect(await subject.memory.learned.read('scope')).toEqual({ a: 2, b: { list: [1, 'x', null] } });
		expect(await subject.memory.learned.read('other')).toEqual({});
	});

	test('result bytes are kept, replaced, and refs lead to no other folder', async () => {
		const { ref } = newRecord('bytes');
		expect(await subject.memory.results.get(ref, 0)).toBeNull();
		await subject.memory.results.put(ref, 0, Buffer.from('one'));
		await subject.memory.results.put(ref, 1, Buffer.from('two'));
		await subject.memory.results.put(ref, 0, Buffer.from('three'));
		expect(await subject.memory.results.get(ref, 0)).toEqual(Buffer.from('three'));
		expect(await subject.memory.results.get(ref, 1)).toEqual(Buffer.from('two'));
		await expect(subject.memory.results.put('../../escape', 0, Buffer.from('x'))).rejects.toThrow(MemoryError);
		expect(await subject.memory.results.get('../../escape', 0)).toBeNull();
		await expect(subject.memory.results.put(ref, -1, Buffer.from('x'))).rejects.toThrow(MemoryError);
	});

	test('result bytes are removed a day after they were written, or at a set time', async () => {
		const [fox, hen] = [newRecord('fox').ref, newRecord('hen').ref];
		await subject.memory.results.put(fox, 0, Buffer.from('fox'));
		await subject.memory.results.put(hen, 0, Buffer.from('hen'));
		await subject.memory.results.keep([hen], subject.now + 3 * day);
		subject.now += day;
		await subject.memory.results.put(newRecord('new').ref, 0, Buffer.from('new'));
		await until(async () => (await subject.memory.results.get(fox, 0)) === null);
		expect(await subject.memory.results.get(hen, 0)).toEqual(Buffer.from('hen'));
		subject.now += 2 * day;
		await subject.memory.results.put(fox, 0, Buffer.from('fox'));
		await until(async () => (await subject.memory.results.get(hen, 0)) === null);
	});

	test('digests are the same for the same text, and differ by purpose', () => {
		expect(subject.memory.digest('key', 'text')).toMatch(/^[A-Za-z0-9_-]{43}$/);
		expect(subject.memory.digest('key', 'text')).toBe(subject.memory.digest('key', 'text'));
		expect(subject.memory.digest('ke', 'ytext')).not.toBe(subject.memory.digest('key', 'text'));
		expect(subject.memory.digest('other', 'text')).not.toBe(subject.memory.digest('key', 'text'));
	});

	test('a closed memory rejects', async () => {
		const closed = await openMemory({ folder: subject.folder() });
		await closed.close();
		await expect(closed.journal.release([])).rejects.toThrow(MemoryError);
	});
});
