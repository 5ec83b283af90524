import { rmSync } from 'node:fs';
import type { Memory } from './memory.ts';
import { openMemory } from './open.ts';
import { compileMemory, MemoryProcess } from './testing/childProcess.ts';
import { accepted, credentialIds, ended, newFolder, newRecord, snapshot } from './testing/samples.ts';
import { recordFigure } from '../test/support/figures';

// The tests use processes and disks, which are slow on a busy machine.
jest.setTimeout(30_000);

let compiled: string;
let folder: string;
let memory: Memory;
let started: MemoryProcess[] = [];

async function start(): Promise<MemoryProcess> {
	const child = await MemoryProcess.start(compiled, folder);
	started.push(child);
	return child;
}

beforeAll(() => {
	compiled = compileMemory();
});
afterAll(() => rmSync(compiled, { recursive: true }));
beforeEach(async () => {
	folder = newFolder();
	memory = await openMemory({ folder });
});
afterEach(async () => {
	await Promise.all(started.map((child) => child.kill()));
	started = [];
	await memory.close();
	rmSync(folder, { recursive: true });
});

const { ref, key } = newRecord('fox');
const seen = async () => (await memory.journal.list({ credentialIds, refs: [ref], limit: 1 }))[0];

test('a record that was begun survives the kill of its process, and is free then', async () => {
	const child = await start();
	await child.journal('begin', newRecord('fox'), []);
	expect(await seen()).toMatchObject({ state: 'sent', held: 'other', busy: true });
	expect(await memory.journal.take(ref, { seenKey: key })).toBeNull();
	expect(await memory.journal.settle(ref, credentialIds, { state: ended() })).toBe(false);
	expect(await memory.journal.forget([ref], credentialIds)).toBe(0);
	await child.kill();
	// For up to a second, a process that was seen alive still counts as alive.
	await until(async () => (await seen())?.held === 'free');
	expect(await seen()).toMatchObject({ state: 'sent', busy: false });
	expect(await memory.journal.take(ref, { seenKey: key })).toMatchObject({ held: 'mine', busy: true });
});

test('a process that is stopped for a while keeps what it holds', async () => {
	const child = await start();
	await child.journal('begin', newRecord('fox'), []);
	// Waits until the first housekeeping is over: a process that is stopped within a transaction blocks the writes of
	// the others.
	await new Promise((resolve) => setTimeout(resolve, 200));
	child.pause();
	await new Promise((resolve) => setTimeout(resolve, 1100));
	expect(await seen()).toMatchObject({ held: 'other', busy: true });
	expect(await memory.journal.take(ref, { seenKey: key })).toBeNull();
	child.resume();
	expect(await child.journal('change', ref, { state: accepted() })).toBe(true);
});

test('a process that lost a record cannot change it', async () => {
	const child = await start();
	await child.journal('begin', newRecord('fox'), []);
	await child.journal('finish', [ref], { delivered: false });
	expect(await memory.journal.take(ref, { seenKey: key })).toMatchObject({ held: 'mine' });
	expect(await child.journal('change', ref, { state: ended() })).toBe(false);
	await child.journal('release', [ref]);
	await child.journal('finish', [ref], { delivered: true });
	expect(await seen()).toMatchObject({ state: 'sent', held: 'mine', busy: true, deliveredAt: null });
	// The process may still record an end that it has learned.
	await memory.journal.change(ref, { state: accepted() });
	await child.journal('note', 'endpoint', [{ ref, snapshot: snapshot() }]);
	expect(await seen()).toMatchObject(ended());
});

test('of ten processes that begin one key at once, one begins', async () => {
	const children = await Promise.all(Array.from({ length: 10 }, start));
	// Ten processes that started at the same time on a new file have the same secret.
	expect(new Set(children.map(({ digest }) => digest))).toEqual(new Set([memory.digest('purpose', 'text')]));
	const begun = await Promise.all(
		children.map((child, index) =>
			child.journal('begin', { ...newRecord('fox'), ref: newRecord(`fox${index}`).ref }, []),
		),
	);
	expect(begun.map(({ kind }) => kind).sort()).toEqual(['begun', ...Array<string>(9).fill('exists')]);
	recordFigure('memory.oneKey', `${begun.filter(({ kind }) => kind === 'begun').length} of ${begun.length} began`);
	const winner = begun.find(({ kind }) => kind === 'begun');
	for (const answer of begun)
		expect(answer).toMatchObject({ record: { ref: winner && 'record' in winner && winner.record.ref } });

	// The same ten processes with a budget.
	const limits = [{ name: 'today', over: { workflowId: 'workflow', nodeId: 'node', day: 'budget' }, images: 40 }];
	const tries = children.flatMap((child, own) =>
		Array.from({ length: 8 }, (_, index) => ({ child, record: newRecord(`b${own}x${index}`, { day: 'budget' }) })),
	);
	const spent: number[] = [];
	await Promise.all(
		children.map(async (child) => {
			for (const { record } of tries.filter((one) => one.child === child)) {
				const answer = await child.journal('begin', record, limits);
				if (answer.kind === 'begun') spent.push(answer.record.cost.images);
			}
		}),
	);
	expect(spent).toHaveLength(40);
});

async function until(condition: () => Promise<boolean>): Promise<void> {
	const deadline = performance.now() + 5000;
	while (!(await condition())) {
		if (performance.now() > deadline) throw new Error('It did not happen.');
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}
