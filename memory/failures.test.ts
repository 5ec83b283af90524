import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Memory } from './memory.ts';
import { openMemory } from './open.ts';
import { loadSqlite } from './sqlite/database.ts';
import { compileMemory, MemoryProcess } from './testing/childProcess.ts';
import { accepted, credentialIds, ended, newFolder, newRecord, sentRequest } from './testing/samples.ts';

// The tests use processes and disks, which are slow on a busy machine.
jest.setTimeout(30_000);

let folder: string;
let now: number;
let memory: Memory | null;
const open = async () => (memory = await openMemory({ folder, now: () => now }));
const only = async (from: Memory, name: string) =>
	(await from.journal.list({ credentialIds, refs: [newRecord(name).ref], limit: 1 }))[0];

beforeEach(() => {
	folder = newFolder();
	now = 1_000_000;
	memory = null;
});
afterEach(async () => {
	await memory?.close();
	rmSync(folder, { recursive: true, force: true });
});

test('if no file can be written, the memory is in this process and says why', async () => {
	rmSync(folder, { recursive: true });
	writeFileSync(folder, 'a file where the folder should be');
	const opened = await open();
	expect(opened.problem).toBe(`Jobs are remembered only until n8n restarts, because n8n cannot write to ${folder}.`);
	expect(await opened.journal.begin(newRecord('fox'), [])).toMatchObject({ kind: 'begun' });
});

test('a file of a newer version is left as it is', async () => {
	await (await open()).journal.begin(newRecord('fox'), []);
	await memory?.close();
	const sqlite = loadSqlite();
	const raw = sqlite && new sqlite.DatabaseSync(join(folder, 'journal.sqlite'));
	raw?.exec('PRAGMA user_version = 99');
	raw?.close();
	const before = readFileSync(join(folder, 'journal.sqlite'));
	const opened = await open();
	expect(opened.problem).toContain('a newer version of n8n-nodes-image-pipelines has written the job memory');
	expect(await only(opened, 'fox')).toBeUndefined();
	expect(readFileSync(join(folder, 'journal.sqlite'))).toEqual(before);
});

test.each([
	['no database', (path: string) => writeFileSync(path, 'no database at all'.repeat(500))],
	['cut short', (path: string) => truncateSync(path, 8192)],
])('a damaged file (%s) is set aside, and a new one begun', async (_name, damage) => {
	await (await open()).journal.begin(newRecord('fox'), []);
	await memory?.close();
	damage(join(folder, 'journal.sqlite'));
	const opened = await open();
	expect(opened.problem).toBeNull();
	const kept = readdirSync(folder).filter((name) => /^journal\.sqlite\.damaged-[\dTZ-]+$/.test(name));
	expect(kept).toHaveLength(1);
	expect(opened.notice).toContain(kept[0]);
	expect(await opened.journal.begin(newRecord('fox'), [])).toMatchObject({ kind: 'begun' });
	await opened.close();
	expect((await open()).notice).toBeNull();
});

test('a damaged file of learned values is replaced by a new one', async () => {
	const first = await open();
	first.learned.write('scope', { a: 1 });
	await first.close();
	writeFileSync(join(folder, 'learned.sqlite'), 'no database at all'.repeat(500));
	const again = await open();
	expect(again.problem).toBeNull();
	expect(await again.learned.read('scope')).toEqual({});
	again.learned.write('scope', { a: 2 });
	await again.close();
	expect(await (await open()).learned.read('scope')).toEqual({ a: 2 });
});

test('a folder that is deleted while in use: the memory goes on in the process, and restores the file', async () => {
	const opened = await open();
	const digest = opened.digest('purpose', 'text');
	await opened.journal.begin(newRecord('old'), []);
	rmSync(folder, { recursive: true });
	expect(await opened.journal.begin(newRecord('fox'), [])).toMatchObject({ kind: 'begun' });
	expect(opened.problem).toBe(
		`Jobs are remembered only until n8n restarts, because the job memory in ${folder} ` +
			'was deleted or replaced while it was in use.',
	);
	// The record was begun in the file, so this process still holds it, even if the file contains another state.
	expect(await opened.journal.change(newRecord('old').ref, { state: accepted() })).toBe(true);
	expect(await opened.journal.change(newRecord('fox').ref, { state: ended() })).toBe(true);
	await opened.results.put(newRecord('fox').ref, 0, Buffer.from('fox'));
	expect(await opened.results.get(newRecord('fox').ref, 0)).toEqual(Buffer.from('fox'));

	now += 60_000;
	expect(await only(opened, 'fox')).toMatchObject({ ...ended(), held: 'mine', busy: true, createdAt: 1_000_000 });
	expect(opened.problem).toBeNull();
	expect(opened.digest('purpose', 'text')).toBe(digest);
	await opened.close();
	const again = await open();
	expect(await only(again, 'fox')).toMatchObject({ ...ended(), held: 'free' });
	expect(again.digest('purpose', 'text')).toBe(digest);
});

test('a full disk: no operation is lost, and the file keeps what it had', async () => {
	const compiled = compileMemory();
	const child = await MemoryProcess.start(compiled, folder, { fileLimitKb: 300 });
	const begun: string[] = [];
	for (let index = 0; child.problem === null && index < 200; index++) {
		const requests = Array.from({ length: 40 }, () => sentRequest);
		const answer = await child.journal('begin', newRecord(`job${index}x`, { requests }), []);
		if (answer.kind === 'begun') begun.push(answer.record.ref);
	}
	expect(child.problem).toContain('the disk that holds');
	const last = begun.at(-1) ?? '';
	expect(await child.journal('change', begun[0] ?? '', { state: accepted() })).toBe(true);
	expect(await child.journal('change', last, { state: accepted() })).toBe(true);
	await child.kill();
	const opened = await open();
	expect(opened.problem).toBeNull();
	// All records except the last are in the file.
	expect((await opened.journal.list({ credentialIds, limit: 1000 })).map(({ ref }) => ref).sort()).toEqual(
		begun.slice(0, -1).sort(),
	);
	rmSync(compiled, { recursive: true });
});

test('files and folders are private', async () => {
	const opened = await open();
	await opened.journal.begin(newRecord('fox'), []);
	await opened.results.put(newRecord('fox').ref, 0, Buffer.from('fox'));
	for (const name of ['', 'results', 'owners']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o700);
	const files = [
		'journal.sqlite',
		'journal.sqlite-wal',
		'learned.sqlite',
		`results/${newRecord('fox').ref}-0.bin`,
		...readdirSync(join(folder, 'owners')).map((name) => `owners/${name}`),
	];
	for (const name of files) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
});
