import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryError } from './memory.ts';
import { ResultFolder, resultName } from './results.ts';
import { newFolder } from './testing/samples.ts';

const ref = 'abcdefghij12';
let folder: string;
let results: ResultFolder;
beforeEach(() => {
	folder = join(newFolder(), 'results');
	results = new ResultFolder(folder);
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

test.each([
	['a'.repeat(10), 0],
	['a'.repeat(16), 7],
	['0123456789', 2 ** 53 - 1],
])('%s and %d name a file', (name, imageIndex) => {
	expect(resultName({ ref: name, imageIndex })).toBe(`${name}-${imageIndex}`);
});

test.each([
	['a'.repeat(9), 0],
	['a'.repeat(17), 0],
	['ABCDEFGHIJ', 0],
	['../../../etc', 0],
	['abcdefghij/', 0],
	['/abcdefghij', 0],
	[ref, -1],
	[ref, 0.5],
	[ref, Number.NaN],
])('%s and %d name none', (name, imageIndex) => {
	expect(() => resultName({ ref: name, imageIndex })).toThrow(MemoryError);
	expect(() => resultName({ ref: name, imageIndex })).toThrow(/10 to 16 lower-case letters/);
});

test('bytes are written, replaced, read and removed; the folder is made where it is missing', async () => {
	const file = { ref, imageIndex: 3 };
	expect(await results.read(file)).toBeNull();
	await results.write(file, Buffer.from('first'));
	await results.write(file, Buffer.from('second'));
	expect(await results.read(file)).toEqual(Buffer.from('second'));
	expect(readdirSync(folder)).toEqual([`${ref}-3.bin`]);
	expect(statSync(join(folder, `${ref}-3.bin`)).mode & 0o777).toBe(0o600);
	expect(statSync(folder).mode & 0o777).toBe(0o700);
	await results.remove([file, { ref, imageIndex: 4 }]);
	expect(readdirSync(folder)).toEqual([]);
});

test('a write that fails leaves nothing behind, and says so', async () => {
	// A folder with the name of the file makes the last step of the write fail.
	mkdirSync(join(folder, `${ref}-0.bin`), { recursive: true });
	await expect(results.write({ ref, imageIndex: 0 }, Buffer.from('a'))).rejects.toThrow();
	expect(readdirSync(folder)).toEqual([`${ref}-0.bin`]);
});

test('what cannot be removed does not stop the others from being removed', async () => {
	mkdirSync(join(folder, `${ref}-0.bin`, 'full'), { recursive: true });
	await results.write({ ref, imageIndex: 1 }, Buffer.from('a'));
	await results.remove([
		{ ref, imageIndex: 0 },
		{ ref, imageIndex: 1 },
	]);
	expect(readdirSync(folder)).toEqual([`${ref}-0.bin`]);
});

test('old files are those of more than a day; left-overs of that age are deleted, other files are not', async () => {
	expect(await results.oldFiles()).toEqual([]);
	mkdirSync(folder);
	const day = 24 * 3600;
	const now = Date.now() / 1000;
	for (const [name, age] of [
		[`${ref}-0.bin`, day + 60],
		[`${ref}-12.bin`, day + 60],
		[`${ref}-1.bin`, day - 60],
		[`${ref}-2.bin.0a1b.part`, day + 60],
		[`${ref}-3.bin.0a1b.part`, day - 60],
		['notes.txt', day + 60],
		[`${ref}-0.bin.old`, day + 60],
		[`x/${ref}-0.bin`, day + 60],
	] as const) {
		mkdirSync(join(folder, name, '..'), { recursive: true });
		writeFileSync(join(folder, name), '');
		utimesSync(join(folder, name), now - age, now - age);
	}
	expect((await results.oldFiles()).sort((a, b) => a.imageIndex - b.imageIndex)).toEqual([
		{ ref, imageIndex: 0 },
		{ ref, imageIndex: 12 },
	]);
	expect(existsSync(join(folder, `${ref}-2.bin.0a1b.part`))).toBe(false);
	expect(readdirSync(folder).sort()).toEqual(
		[
			`${ref}-0.bin`,
			`${ref}-0.bin.old`,
			`${ref}-1.bin`,
			`${ref}-12.bin`,
			`${ref}-3.bin.0a1b.part`,
			'notes.txt',
			'x',
		].sort(),
	);
});
