import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
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
