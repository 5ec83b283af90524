import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sqlite, SqliteSubject } from '../testing/sqliteSubject.ts';
import { Owners } from './owners.ts';

const subject = SqliteSubject.forEachTest();

const owners = () => join(subject.folder, 'owners');

test('a process is alive until its lock is freed or its file is gone', () => {
	let clock = 0;
	jest.spyOn(performance, 'now').mockImplementation(() => (clock += 2000));
	const [one, two] = [new Owners(sqlite, owners()), new Owners(sqlite, owners())];
	expect([one.isAlive(two.own), two.isAlive(one.own), one.isAlive(one.own), one.isAlive('0123456789abcdef')]).toEqual(
		[true, true, true, false],
	);
	two.close();
	expect(one.isAlive(two.own)).toBe(false);
	one.close();
});

test('left-over files are swept away, those of the living and those just made are not', () => {
	const living = new Owners(sqlite, owners());
	for (const name of ['dead', 'fresh']) writeFileSync(join(owners(), `${name}.sqlite`), '');
	for (const name of ['dead', living.own]) utimesSync(join(owners(), `${name}.sqlite`), 0, 0);
	const sweeper = new Owners(sqlite, owners());
	sweeper.sweep();
	expect(readdirSync(owners()).sort()).toEqual(
		[subject.store.owner, living.own, sweeper.own, 'fresh'].map((name) => `${name}.sqlite`).sort(),
	);
	living.close();
	sweeper.close();
});

test('an id can be had again while no other process has its lock', () => {
	const first = new Owners(sqlite, owners());
	const { own } = first;
	const rival = new Owners(sqlite, owners(), own);
	expect(rival.own).not.toBe(own);
	first.close();
	const again = new Owners(sqlite, owners(), own);
	expect(again.own).toBe(own);
	rival.close();
	again.close();
});

test('the state of a process is cached: alive for a second, dead without end', () => {
	let clock = 0;
	jest.spyOn(performance, 'now').mockImplementation(() => clock);
	const [one, two] = [new Owners(sqlite, owners()), new Owners(sqlite, owners())];
	expect(one.isAlive(two.own)).toBe(true);
	two.close();
	clock = 999;
	expect(one.isAlive(two.own)).toBe(true);
	clock = 1000;
	expect(one.isAlive(two.own)).toBe(false);
	const again = new Owners(sqlite, owners(), two.own);
	clock = 1_000_000;
	expect(one.isAlive(again.own)).toBe(false);
	again.close();
	one.close();
});

test('a lock file that was deleted is made again, with the folder; one that is there stays', () => {
	const [one, two] = [new Owners(sqlite, owners()), new Owners(sqlite, owners())];
	one.lockAgain();
	expect(two.isAlive(one.own)).toBe(true);
	rmSync(owners(), { recursive: true });
	one.lockAgain();
	expect(new Owners(sqlite, owners()).isAlive(one.own)).toBe(true);
	one.lockAgain();
	one.close();
	expect(readdirSync(owners())).not.toContain(`${one.own}.sqlite`);
	two.close();
});

test('a file that cannot be opened says nothing: its process is taken for alive', () => {
	const one = new Owners(sqlite, owners());
	mkdirSync(join(owners(), 'odd.sqlite'));
	expect(one.isAlive('odd')).toBe(true);
	one.close();
});

test('other files of the folder, and files of up to a minute, are not swept', () => {
	const one = new Owners(sqlite, owners());
	const now = Date.now();
	for (const [name, ageMs] of [
		['young.sqlite', 59_000],
		['old.sqlite', 61_000],
		['notes.txt', 1e9],
	] as const) {
		writeFileSync(join(owners(), name), '');
		utimesSync(join(owners(), name), (now - ageMs) / 1000, (now - ageMs) / 1000);
	}
	one.sweep();
	const left = readdirSync(owners());
	expect(['young.sqlite', 'old.sqlite', 'notes.txt'].filter((name) => left.includes(name))).toEqual([
		'young.sqlite',
		'notes.txt',
	]);
	one.close();
});
