import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Begun, BudgetLimit, Memory } from '../memory.ts';
import { openMemory } from '../open.ts';
import type { JobRecord, NewRecord } from '../record.ts';
import { credentialIds, newFolder, newRecord } from './samples.ts';

export const day = 24 * 3600_000;

/** The memory that a contract test runs against, and its clock. */
export interface Subject {
	memory: Memory;
	/** When the test began, ms since the epoch. */
	start: number;
	/** ms since the epoch. */
	now: number;
	/** A folder for a further memory of the same kind. */
	folder: () => string;
	begin: (name: string, changes?: Partial<NewRecord>, limits?: readonly BudgetLimit[]) => Promise<Begun>;
	/** The record of a name. */
	only: (name: string) => Promise<JobRecord | undefined>;
}

const folders: string[] = [];

function usableFolder(): string {
	const folder = newFolder();
	folders.push(folder);
	return folder;
}

/** A file in place of the folder: not even root can write there. */
function unusableFolder(): string {
	const path = join(usableFolder(), 'file');
	writeFileSync(path, '');
	return path;
}

/** Declares tests that every kind of memory passes: the one in SQLite and the one in the process. */
export function describeMemories(declare: (subject: Subject) => void): void {
	afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
	describe.each([
		['SQLite', usableFolder],
		['in memory', unusableFolder],
	])('the memory, %s,', (_name, folder) => {
		let opened: Memory;
		const subject: Subject = {
			get memory() {
				return opened;
			},
			start: 0,
			now: 0,
			folder,
			begin: (name, changes = {}, limits = []) => opened.journal.begin(newRecord(name, changes), limits),
			only: async (name) =>
				(await opened.journal.list({ credentialIds, refs: [newRecord(name).ref], limit: 1 }))[0],
		};

		beforeAll(async () => {
			opened = await openMemory({ folder: folder(), now: () => subject.now });
		});
		afterAll(() => opened.close());
		// All tests of a file share one memory, because opening is slow. Each test starts a year after the last one,
		// with an empty memory.
		beforeEach(() => {
			subject.start += 365 * day;
			subject.now = subject.start;
		});
		afterEach(async () => {
			const ids = [...credentialIds, 'foreign'];
			const refs = (await opened.journal.list({ credentialIds: ids, limit: 1000 })).map(({ ref }) => ref);
			await opened.journal.finish(refs, { delivered: false });
			await opened.journal.forget(refs, ids);
		});

		declare(subject);
	});
}

/** Waits until a condition holds, at most three seconds. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
	const deadline = performance.now() + 3000;
	while (!(await condition())) {
		if (performance.now() > deadline) throw new Error('It did not happen.');
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}
