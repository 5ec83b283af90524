import { StoreFailure } from './failure.ts';
import { MapStore } from './inMemory/mapStore.ts';
import { MemoryError } from './memory.ts';
import type { LastingStore } from './resilientStore.ts';
import { ResilientStore, retryAfterMs } from './resilientStore.ts';
import type { Operation } from './store.ts';
import { accepted, claimant, credentialIds, ended, newRecord, notAccepted } from './testing/samples.ts';

/** A store that fails while `broken`. */
class FakeStore implements LastingStore {
	broken: string | null = null;
	restores = 0;
	readonly maps = new MapStore({ maxRecords: 1000, ownsStrangers: false });

	async call(operation: Operation): Promise<unknown> {
		// As in the real store, the answer comes later, and the failure may happen meanwhile.
		await new Promise((resolve) => setImmediate(resolve));
		if (this.broken !== null) throw new StoreFailure(this.broken);
		return this.maps.run(operation);
	}

	async restore(): Promise<void> {
		this.restores += 1;
		await new Promise((resolve) => setImmediate(resolve));
		if (this.broken !== null) throw new StoreFailure(this.broken);
	}

	async close(): Promise<void> {}
}

let now: number;
/** How far the date was set forward, in ms. */
let dateAhead = 0;
let fake: FakeStore;
let store: ResilientStore;
const [fox, hen] = [newRecord('fox'), newRecord('hen')];
const list = () => store.call('list', { credentialIds, limit: 100 });

beforeEach(() => {
	now = 1000;
	dateAhead = 0;
	fake = new FakeStore();
	store = new ResilientStore(fake, () => new MapStore({ maxRecords: 1000, ownsStrangers: true }), {
		now: () => now + dateAhead,
		elapsed: () => now,
	});
});

test('what failed is carried out in memory, and so is what follows', async () => {
	await store.call('begin', fox, []);
	expect(store.failure).toBeNull();
	fake.broken = 'the disk is full';
	const [begun, changed] = await Promise.all([
		store.call('begin', hen, []),
		store.call('change', fox.ref, { state: accepted() }, { durable: true }),
	]);
	expect(begun).toMatchObject({ kind: 'begun' });
	// The record is in the failing file, so no other process can have taken it.
	expect(changed).toBe(true);
	expect(store.failure).toBe('the disk is full');
	fake.broken = null;
	expect((await list()).map(({ ref }) => ref)).toEqual([hen.ref]);
});

test('an operation that the store declines is not a failure of the store', async () => {
	await store.call('begin', fox, []);
	await expect(store.call('begin', { ...hen, ref: fox.ref }, [])).rejects.toThrow(MemoryError);
	expect(store.failure).toBeNull();
});

test('after a minute the store gets what it missed, in order and at its time', async () => {
	await store.call('begin', fox, []);
	fake.broken = 'locked';
	await store.call('change', fox.ref, { state: accepted() }, { durable: false });
	await store.call('begin', hen, [{ name: 'today', over: { lineage: hen.lineage, nodeId: 'node' }, images: 1 }]);
	await store.call('change', fox.ref, { state: ended() }, { durable: false });
	await store.call('finish', [fox.ref], { delivered: true });
	fake.broken = null;
	now += retryAfterMs - 1;
	await list();
	expect(fake.restores).toBe(0);
	now += 1;
	const records = await list();
	expect(fake.restores).toBe(1);
	expect(store.failure).toBeNull();
	expect(records).toEqual([
		expect.objectContaining({ ref: fox.ref, ...ended(), deliveredAt: 1000, held: 'free' }),
		expect.objectContaining({ ref: hen.ref, state: 'sent', createdAt: 1000, held: 'mine' }),
	]);
});

test.each([-3600_000, 3600_000])(
	'a date that is set forward by %d ms changes nothing about the next try',
	async (ms) => {
		fake.broken = 'locked';
		await store.call('begin', fox, []);
		fake.broken = null;
		dateAhead = ms;
		now += retryAfterMs - 1;
		await list();
		expect(fake.restores).toBe(0);
		now += 1;
		await list();
		expect(fake.restores).toBe(1);
	},
);

test('while it is tried again, operations wait and none is lost', async () => {
	fake.broken = 'locked';
	await store.call('begin', fox, []);
	fake.broken = null;
	now += retryAfterMs;
	const results = await Promise.all([
		store.call('change', fox.ref, { state: accepted() }, { durable: false }),
		store.call('begin', hen, []),
		list(),
	]);
	expect(results).toMatchObject([true, { kind: 'begun' }, [{ ref: hen.ref }, { ref: fox.ref, state: 'accepted' }]]);
	expect(fake.restores).toBe(1);
});

test('a store that still fails is tried a minute later', async () => {
	fake.broken = 'locked';
	await store.call('begin', fox, []);
	now += retryAfterMs;
	fake.broken = 'the disk is full';
	await list();
	await list();
	expect(fake.restores).toBe(1);
	expect(store.failure).toBe('the disk is full');
	now += retryAfterMs;
	await list();
	expect(fake.restores).toBe(2);
});

test('what another process did meanwhile stands', async () => {
	fake.broken = 'locked';
	await store.call('begin', fox, []);
	await store.call('change', fox.ref, { state: notAccepted }, { durable: false });
	fake.maps.run({ name: 'begin', args: [{ ...hen, ...claimant('fox') }, []], at: 5 });
	fake.broken = null;
	now += retryAfterMs;
	expect((await list()).map(({ ref, state }) => [ref, state])).toEqual([[hen.ref, 'sent']]);
});

test('a failure beside the store has the same effect', async () => {
	store.fail('a result file could not be written');
	await store.call('begin', fox, []);
	expect(store.failure).toBe('a result file could not be written');
	expect(await fake.call({ name: 'list', args: [{ credentialIds, limit: 1 }], at: 0 })).toEqual([]);
});

test('what only reads, and the clearing of old records, are not repeated in the store', async () => {
	store.fail('locked');
	await list();
	await store.call('prune', { keepRecordsMs: 0, maxRecords: 10, maxResultBytes: 0 } as never);
	await store.call('begin', fox, []);
	const repeated: string[] = [];
	const run = fake.maps.run.bind(fake.maps);
	fake.maps.run = (operation) => {
		repeated.push(operation.name);
		return run(operation);
	};
	now += retryAfterMs;
	await list();
	expect(repeated).toEqual(['begin', 'list']);
});

test('of what the store missed, the last 20,000 operations are repeated', async () => {
	store.fail('locked');
	for (let n = 0; n <= 20_000; n++) await store.call('deliver', [`ref${n}`.padEnd(12, '0')]);
	const repeated: unknown[] = [];
	const run = fake.maps.run.bind(fake.maps);
	fake.maps.run = (operation) => {
		if (operation.name === 'deliver') repeated.push(operation.args[0]);
		return run(operation);
	};
	now += retryAfterMs;
	await list();
	expect(repeated).toHaveLength(20_000);
	expect(repeated[0]).toEqual(['ref1'.padEnd(12, '0')]);
});

test('an operation that failed while the store was being restored is carried out in it', async () => {
	// The operation fails. Before its answer arrives, another operation has restored the store.
	const { call } = fake;
	let isFirst = true;
	fake.call = async (operation) => {
		if (!isFirst) return await call.call(fake, operation);
		isFirst = false;
		store.fail('locked');
		now += retryAfterMs;
		await store.call('list', { credentialIds, limit: 1 });
		throw new StoreFailure('locked');
	};
	expect(await store.call('begin', fox, [])).toMatchObject({ kind: 'begun' });
	expect(await store.call('begin', hen, [])).toMatchObject({ kind: 'begun' });
});

test('a restore that fails midway goes on later where it stopped', async () => {
	store.fail('locked');
	await store.call('begin', fox, []);
	await store.call('begin', hen, []);
	const { restore } = fake;
	fake.restore = async () => {
		await restore.call(fake);
		fake.broken = 'the disk is full';
	};
	now += retryAfterMs;
	await list();
	expect(store.failure).toBe('the disk is full');
	fake.restore = restore;
	fake.broken = null;
	now += retryAfterMs;
	expect((await list()).map(({ ref }) => ref).sort()).toEqual([fox.ref, hen.ref].sort());
	expect(store.failure).toBeNull();
});

test('closing waits for a restore that is under way', async () => {
	store.fail('locked');
	now += retryAfterMs;
	const order: string[] = [];
	fake.close = async () => void order.push('closed');
	const listed = list().then(() => order.push('listed'));
	await Promise.resolve();
	await store.close();
	await listed;
	expect(fake.restores).toBe(1);
	expect(order).toContain('closed');
	expect(store.failure).toBeNull();
});
