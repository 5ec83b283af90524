import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { canary } from '../support/canaries';
import { SecretScan } from '../support/secretScan';
import { secretShapes } from '../support/secretShapes';

const secret = canary('planted');
const folder = mkdtempSync(join(tmpdir(), 'image-pipelines-scan-'));
afterAll(() => rmSync(folder, { recursive: true }));

const indented: (typeof secretShapes)[number] = [
	'bytes',
	'as an indented list of bytes',
	(text) => JSON.stringify({ a: { b: Buffer.from(text) } }, null, 4),
];

/** The forms that a scan finds. Its message must not contain the secret. */
function formsOf(scan: SecretScan): string[] {
	if (scan.findings.length === 0) return [];
	expect(() => scan.assertClean()).toThrow(/A secret is readable in \d+ places/);
	const again = new SecretScan();
	again.text('message', JSON.stringify(scan.findings));
	expect(again.findings).toEqual([]);
	return [...new Set(scan.findings.map(({ form }) => form))];
}

describe.each([...secretShapes, indented])('%s: a secret %s', (form, _name, write) => {
	const text = `{"before": 1, "text": "${write(secret)}", "after": 2}`;

	it('is found in a file, also where two parts of the file meet', async () => {
		for (const before of [0, 4 * 1024 * 1024 - 20]) {
			const path = join(folder, 'planted.log');
			writeFileSync(path, Buffer.concat([Buffer.alloc(before, 'x'), Buffer.from(text)]));
			const scan = new SecretScan();
			await scan.file('planted.log', path);
			expect(formsOf(scan)).toEqual([form]);
		}
	});

	it('is found in an item, an error and its cause', () => {
		const cause = new Error(text);
		for (const value of [{ json: { a: [{ b: text }] } }, new Error('outside', { cause }), { [text]: 1 }]) {
			const scan = new SecretScan();
			scan.value('item', value);
			expect(formsOf(scan)).toEqual([form]);
		}
	});

	it('is found in a database, also where its pages cut it', async () => {
		const path = join(folder, 'database.sqlite');
		rmSync(path, { force: true });
		const database = new DatabaseSync(path);
		database.exec('CREATE TABLE execution_data (id INTEGER, data TEXT)');
		const insert = database.prepare('INSERT INTO execution_data VALUES (?, ?)');
		for (let before = 3_900; before < 4_200; before += 7) insert.run(before, 'x'.repeat(before) + text);
		database.close();
		const scan = new SecretScan();
		await scan.file('database.sqlite', path);
		expect(formsOf(scan)).toEqual([form]);
		expect(scan.findings.filter(({ place }) => place.includes('execution_data['))).toHaveLength(43);
	});
});

it('a secret is found in a compressed file of a ZIP', async () => {
	const zip = new ZipFile();
	zip.addBuffer(Buffer.from('x'.repeat(9_000) + secret), 'manifest.json');
	zip.end();
	const path = join(folder, 'images.zip');
	writeFileSync(path, await buffer(zip.outputStream));
	const scan = new SecretScan();
	await scan.file('images.zip', path);
	expect(scan.findings).toMatchObject([{ place: 'images.zip!manifest.json', form: 'plain' }]);
});

it('a folder is searched with the names of its files and without installed packages', async () => {
	const inner = join(folder, 'user');
	for (const path of ['node_modules/pack', 'binaryData', `name ${secret.replaceAll('/', '-')}`])
		mkdirSync(join(inner, path), { recursive: true });
	writeFileSync(join(inner, 'node_modules/pack/a.js'), secret);
	writeFileSync(join(inner, 'binaryData/a'), secret);
	const scan = new SecretScan();
	await scan.folder(inner);
	expect(scan.findings).toEqual([{ place: 'binaryData/a', form: 'plain', before: expect.any(String) as string }]);
});

it('a secret that was named is found, except one that stands in ordinary texts', () => {
	const scan = new SecretScan(['hunter-2-hunter', 'a cat']);
	scan.text('log', 'a cat, hunter%2d2%2dhunter');
	expect(scan.findings).toMatchObject([{ form: 'URL escapes', before: 'a cat, ' }]);
});

it('what is not a secret is no finding', async () => {
	const scan = new SecretScan(['hunter-2-hunter']);
	scan.value('item', { prompt: 'A canary', bytes: Buffer.alloc(100_000, 'q7'), count: 4, none: null });
	expect(scan.findings).toEqual([]);
	expect(() => scan.assertClean()).not.toThrow();
});
