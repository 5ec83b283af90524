import { existsSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Memory } from './memory.ts';
import { openMemory } from './open.ts';
import { credentialIds, newFolder, newRecord } from './testing/samples.ts';

const day = 24 * 3600_000;
// The tests use processes and disks, which are slow on a busy machine.
jest.setTimeout(30_000);

let folder: string;
let memory: Memory;
let now: number;
const path = (name: string) => join(folder, 'results', name);
const count = async () => (await memory.journal.list({ credentialIds, limit: 10_000 })).length;

beforeEach(() => {
	folder = newFolder();
	now = 100 * day;
});
afterEach(async () => {
	await memory.close();
	rmSync(folder, { recursive: true });
});

test('old records go in steps, between operations', async () => {
	memory = await openMemory({ folder, now: () => now, keepRecordsMs: 10 * day });
	const records = Array.from({ length: 1200 }, (_, index) => newRecord(`r${index}x`));
	await Promise.all(records.map((record) => memory.journal.begin(record, [])));
	await memory.journal.finish(
		records.map(({ ref }) => ref),
		{ delivered: true },
	);
	now += 11 * day;
	const counts = new Set<number>();
	await until(async () => {
		const left = await count();
		counts.add(left);
		return left === 0;
	});
	expect([...counts]).toEqual(expect.arrayContaining([700, 200, 0]));
});

test('result files beyond the bytes go, oldest first, and so do files without a record', async () => {
	memory = await openMemory({ folder, now: () => now, maxResultBytes: 25 });
	await count();
	for (const name of ['fox', 'hen', 'owl']) {
		await memory.results.put(newRecord(name).ref, 0, Buffer.alloc(10));
		now += 1;
	}
	const old = new Date(Date.now() - 2 * day);
	for (const name of ['stray0000000-0.bin', 'fox000000000-7.bin.abc.part', 'something else']) {
		writeFileSync(path(name), 'x');
		utimesSync(path(name), old, old);
	}
	utimesSync(path('owl000000000-0.bin'), old, old);
	writeFileSync(path('young0000000-0.bin'), 'x');
	now += 3600_000;
	await count();
	await until(async () => !existsSync(path('stray0000000-0.bin')));
	const left = [
		'fox000000000-0.bin',
		'fox000000000-7.bin.abc.part',
		'hen000000000-0.bin',
		'owl000000000-0.bin',
		'young0000000-0.bin',
		'something else',
	];
	expect(left.filter((name) => existsSync(path(name)))).toEqual(left.slice(2));
});

test('a memory in this process keeps its bound', async () => {
	writeFileSync(join(folder, 'file'), '');
	memory = await openMemory({ folder: join(folder, 'file'), now: () => now, maxRecords: 100 });
	for (let index = 0; index < 300; index++) {
		const record = newRecord(`r${index}x`);
		await memory.journal.begin(record, []);
		if (index > 0) await memory.journal.finish([record.ref], { delivered: false });
	}
	expect(await count()).toBeLessThanOrEqual(100);
	// The record of a running node run stays.
	expect(await memory.journal.list({ credentialIds, refs: [newRecord('r0x').ref], limit: 1 })).toHaveLength(1);
});

async function until(condition: () => Promise<boolean>): Promise<void> {
	const deadline = performance.now() + 4000;
	while (!(await condition())) {
		if (performance.now() > deadline) throw new Error('It did not happen.');
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}
