import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate } from './evaluate';

interface Changes {
	files: string[];
	deleted: string[];
}

describe('the changed files', () => {
	let folder = '';
	const git = (...args: string[]): string =>
		execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
			cwd: folder,
			encoding: 'utf8',
		});
	const write = (name: string, text = name): void => writeFileSync(join(folder, name), text);
	const changes = (base = 'HEAD'): Changes =>
		evaluate('changes.mjs', `m.changedFiles(${JSON.stringify(base)}, ${JSON.stringify(folder)})`) as Changes;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'changes-test-'));
		git('init', '--quiet');
		write('.gitignore', 'ignored.ts\n');
		for (const name of ['same.ts', 'edited.ts', 'staged.ts', 'gone.ts', 'old name.ts']) write(name);
		git('add', '.');
		git('commit', '--quiet', '--message', 'first');
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	it('are none in a clean checkout', () => {
		expect(changes()).toEqual({ files: [], deleted: [] });
	});

	it('are the edited, staged and untracked ones, without the ignored ones', () => {
		write('edited.ts', 'new text');
		write('staged.ts', 'new text');
		git('add', 'staged.ts');
		write('untracked.ts');
		write('ignored.ts');
		expect(changes()).toEqual({ files: ['edited.ts', 'staged.ts', 'untracked.ts'], deleted: [] });
	});

	it('lists a deleted file apart, and a renamed file as deleted and new', () => {
		rmSync(join(folder, 'gone.ts'));
		git('mv', 'old name.ts', 'näw name.ts');
		expect(changes()).toEqual({ files: ['näw name.ts'], deleted: ['gone.ts', 'old name.ts'] });
	});

	it('are those since a named revision', () => {
		write('edited.ts', 'new text');
		git('commit', '--quiet', '--all', '--message', 'second');
		expect(changes().files).toEqual([]);
		expect(changes('HEAD~1').files).toEqual(['edited.ts']);
	});

	it('gives an error that names a revision git does not know', () => {
		const call = `m.changedFiles('nonsense', ${JSON.stringify(folder)})`;
		const message = evaluate('changes.mjs', `(() => { try { ${call} } catch (error) { return error.message } })()`);
		expect(message).toMatch(/changed against nonsense: fatal: bad revision/);
	});
});

describe('the plan of a check', () => {
	const plan = (files: string[], deleted: string[] = []): unknown =>
		evaluate('changes.mjs', `m.planOf(${JSON.stringify({ files, deleted })})`);

	it('checks a source file and the tests related to it; imports and types of the whole project', () => {
		const paths = ['jobs/runtime/clock.ts'];
		expect(plan(paths)).toEqual({ format: paths, eslint: paths, imports: 'all', types: 'all', tests: paths });
	});

	it('is empty for a page, a picture or nothing', () => {
		expect(plan(['README.md', 'docs/images/editor.png'])).toEqual({});
		expect(plan([])).toEqual({});
	});

	it('looks at what is left when a file was deleted', () => {
		expect(plan([], ['jobs/runtime/clock.ts'])).toEqual({ imports: 'all', types: 'all' });
	});

	it('lints package.json, and runs the tests that import a JSON file', () => {
		expect(plan(['package.json'])).toEqual({ eslint: ['package.json'], tests: ['package.json'] });
	});

	it.each([
		['eslint.config.mjs', { eslint: 'all' }],
		['biome.json', { format: 'all' }],
		['jest.config.cjs', { tests: 'all' }],
		['tsconfig.json', { eslint: 'all', imports: 'all', types: 'all' }],
		['.dependency-cruiser.cjs', { imports: 'all' }],
		['package-lock.json', { eslint: 'all', format: 'all', imports: 'all', tests: 'all', types: 'all' }],
	])('checks everything that %s can change', (file, expected) => {
		expect(plan([file])).toMatchObject(expected);
	});

	it('runs the tests that read a file instead of importing it', () => {
		expect(plan(['scripts/setup/lock.mjs'])).toMatchObject({
			tests: ['scripts/setup/lock.mjs', 'scripts/setup/changes.test.ts', 'scripts/setup/setup.test.ts'],
		});
		expect(plan(['docs/decisions/0001-one.md'])).toEqual({ tests: ['scripts/docs/decisions.test.ts'] });
	});
});
