import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { saveFile, type SaveRules } from './saveFile';

let root = '';
beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), 'save-file-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const save = (name: string, content: string | (() => Readable), more: Partial<SaveRules> = {}, folder = root) =>
	saveFile(
		{
			folder,
			name,
			open: () =>
				Promise.resolve(typeof content === 'string' ? Readable.from([Buffer.from(content)]) : content()),
		},
		{ overwrite: false, isBlocked: () => false, signal: undefined, ...more },
	);
const filesIn = (folder: string) => readdirSync(folder).sort();
const textOf = (name: string) => readFileSync(join(root, name), 'utf8');

it('writes a file into folders that it makes, and leaves nothing else there', async () => {
	expect(await save('a/b/fox.png', 'fox', {}, join(root, 'new'))).toEqual({
		path: join(root, 'new/a/b/fox.png'),
		bytes: 3,
	});
	expect(textOf('new/a/b/fox.png')).toBe('fox');
	expect(filesIn(join(root, 'new/a/b'))).toEqual(['fox.png']);
});

describe('a name that is taken', () => {
	it('by the same content: that file counts as saved and stays as it is', async () => {
		await save('fox.png', 'fox');
		const before = statSync(join(root, 'fox.png')).mtimeMs;
		expect((await save('fox.png', 'fox')).path).toBe(join(root, 'fox.png'));
		expect(statSync(join(root, 'fox.png')).mtimeMs).toBe(before);
		expect(filesIn(root)).toEqual(['fox.png']);
	});

	it('by other content: the new file gets a number, and the same one when it is saved again', async () => {
		await save('fox.png', 'fox');
		for (let times = 0; times < 2; times++)
			expect((await save('fox.png', 'cat')).path).toBe(join(root, 'fox (2).png'));
		expect(filesIn(root)).toEqual(['fox (2).png', 'fox.png']);
		expect(textOf('fox.png')).toBe('fox');
	});

	it('by a thousand others: the file is not saved, instead of searching ever longer', async () => {
		writeFileSync(join(root, 'fox.png'), 'another');
		for (let number = 2; number <= 1_000; number++) writeFileSync(join(root, `fox (${number}).png`), 'another');
		await expect(save('fox.png', 'fox')).rejects.toThrow('1000 other files with the name fox.png');
		expect(filesIn(root)).toHaveLength(1_000);
	});

	it('is replaced only with overwrite', async () => {
		await save('fox.png', 'fox');
		expect((await save('fox.png', 'cat', { overwrite: true })).path).toBe(join(root, 'fox.png'));
		expect(textOf('fox.png')).toBe('cat');
		expect(filesIn(root)).toEqual(['fox.png']);
	});

	it('by a link: its target is never written', async () => {
		writeFileSync(join(root, 'secret'), 'old');
		symlinkSync(join(root, 'secret'), join(root, 'fox.png'));
		expect((await save('fox.png', 'new')).path).toBe(join(root, 'fox (2).png'));
		await save('fox.png', 'new', { overwrite: true });
		expect(textOf('secret')).toBe('old');
		expect(textOf('fox.png')).toBe('new');
	});

	it('by several at once: each gets its own, and none is lost', async () => {
		const contents = Array.from({ length: 8 }, (_, n) => `content ${n}`);
		const saved = await Promise.all(contents.map((content) => save('fox.png', content)));
		expect(new Set(saved.map(({ path }) => path)).size).toBe(8);
		expect(filesIn(root).map(textOf).sort()).toEqual(contents);
	});
});

describe('a file that breaks off', () => {
	it('leaves nothing behind, and the older file as it was', async () => {
		await save('fox.png', 'fox');
		const broken = () =>
			Readable.from(
				(function* () {
					yield Buffer.from('half');
					throw new Error('gone');
				})(),
			);
		await expect(save('fox.png', broken, { overwrite: true })).rejects.toThrow('gone');
		expect(filesIn(root)).toEqual(['fox.png']);
		expect(textOf('fox.png')).toBe('fox');
	});

	it('does so when the execution is stopped', async () => {
		const stop = new AbortController();
		const endless = () =>
			new Readable({
				read() {
					this.push(Buffer.alloc(1024));
					setImmediate(() => stop.abort());
				},
			});
		await expect(save('fox.png', endless, { signal: stop.signal })).rejects.toThrow(/abort/i);
		expect(filesIn(root)).toEqual([]);
	});
});

describe('a folder where files are not allowed', () => {
	const onlyIn = (allowed: string) => (path: string) => !path.startsWith(`${allowed}/`);

	it('is not made', async () => {
		await expect(
			save('fox.png', 'fox', { isBlocked: onlyIn(join(root, 'allowed')) }, join(root, 'other')),
		).rejects.toMatchObject({
			message: `n8n does not allow to write files to ${join(root, 'other')}`,
			hint: expect.stringContaining('N8N_RESTRICT_FILE_ACCESS_TO') as string,
		});
		expect(filesIn(root)).toEqual([]);
	});

	it('is recognized behind a symbolic link, also where the folder would have to be made', async () => {
		mkdirSync(join(root, 'allowed'));
		mkdirSync(join(root, 'outside'));
		symlinkSync(join(root, 'outside'), join(root, 'allowed', 'link'));
		for (const folder of ['allowed/link', 'allowed/link/new'])
			await expect(
				save('fox.png', 'fox', { isBlocked: onlyIn(join(root, 'allowed')) }, join(root, folder)),
			).rejects.toThrow(/does not allow/);
		expect(filesIn(join(root, 'outside'))).toEqual([]);
	});
});

describe('says what is wrong', () => {
	it.each(['images', '', './images', '~other/images'])('with the folder %j', async (folder) => {
		await expect(save('fox.png', 'fox', {}, folder)).rejects.toMatchObject({
			message: `The folder "${folder}" is not a full path`,
		});
	});

	it('with a file in the path', async () => {
		await save('fox.png', 'fox');
		await expect(save('a.png', 'a', {}, join(root, 'fox.png'))).rejects.toThrow(/a file where a folder is needed/);
		await expect(save('a.png', 'a', {}, join(root, 'fox.png/more'))).rejects.toThrow(
			/a file where a folder is needed/,
		);
	});

	it('with a folder of that name', async () => {
		mkdirSync(join(root, 'fox.png'));
		await expect(save('fox.png', 'fox', { overwrite: true })).rejects.toThrow(/folder with the name of the file/);
		expect(filesIn(root)).toEqual(['fox.png']);
	});

	it('with a folder that the user of n8n may not write to', async () => {
		// Nobody may make folders here, not even root.
		await expect(save('fox.png', 'fox', {}, '/sys/images')).rejects.toThrow(/no permission to write to/);
	});
});

it('~ is the home folder', async () => {
	const asked: string[] = [];
	const isBlocked = (path: string) => asked.push(path) > 0;
	await expect(save('fox.png', 'fox', { isBlocked }, '~/no such folder')).rejects.toThrow(/does not allow/);
	expect(asked).toEqual([join(realpathSync(homedir()), 'no such folder/fox.png')]);
});
