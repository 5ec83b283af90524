import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate } from './evaluate';

let folder = '';
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'setup-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('closing lines', () => {
	it('are read back from the output of a runner, colours and other lines around them', () => {
		const output = 'noise\\nunit: 1 passed, 2 failed, 3 skipped\\nengine: 9 passed, 9 failed, 9 skipped\\n';
		expect(evaluate('closingLines.mjs', `m.countsIn("${output}", "unit")`)).toEqual({
			passed: 1,
			failed: 2,
			skipped: 3,
		});
	});

	it('let a skip pass on a desk and fail in CI', () => {
		const result = '{ exitCode: 0, counts: { passed: 0, failed: 0, skipped: 1 } }';
		expect(evaluate('closingLines.mjs', `[m.isGood(${result}, false), m.isGood(${result}, true)]`)).toEqual([
			true,
			false,
		]);
	});

	it('fail a runner that ran nothing, broke off, or ended badly after all tests had passed', () => {
		const counts = '{ passed: 3, failed: 0, skipped: 0 }';
		const nothing = '{ passed: 0, failed: 0, skipped: 0 }';
		const results = [
			`{ exitCode: 0, counts: ${nothing} }`,
			'{ exitCode: 0 }',
			`{ exitCode: 1, counts: ${counts} }`,
			`{ exitCode: 0, counts: ${counts} }`,
		];
		expect(evaluate('closingLines.mjs', `[${results.join()}].map((one) => m.isGood(one, false))`)).toEqual([
			false,
			false,
			false,
			true,
		]);
	});
});

describe('the lint', () => {
	const programs = (...args: string[]): string[] =>
		evaluate(
			'test.mjs',
			`m.runners.lint.programs(${JSON.stringify(args)}).map((args) => args.join(' '))`,
		) as string[];

	it('checks the format, the rules and the imports of everything', () => {
		expect(programs()).toEqual([
			expect.stringMatching(/biome format .*\.$/),
			expect.stringMatching(/eslint\.js .*\.$/),
			expect.stringContaining('dependency-cruiser'),
		]);
	});

	it('checks the format and the rules of named paths', () => {
		expect(programs('jobs')).toEqual([
			expect.stringMatching(/biome format .* jobs$/),
			expect.stringMatching(/eslint\.js .* jobs$/),
		]);
	});

	it('gives flags to ESLint alone', () => {
		expect(programs('--fix')).toEqual([
			expect.stringMatching(/biome format .*\.$/),
			expect.stringMatching(/eslint\.js .* \. --fix$/),
			expect.stringContaining('dependency-cruiser'),
		]);
	});
});

describe('what a failed command is explained by', () => {
	const explain = (log: string): unknown =>
		evaluate('problem.mjs', `m.explain("Installing", ${JSON.stringify(log)}, "x.log")`);

	it('is the network, where the registry could not be reached', () => {
		expect(explain('npm error code EAI_AGAIN\nnpm error syscall getaddrinfo')).toMatch(
			/registry could not be reached \(EAI_AGAIN\)/,
		);
	});

	it('is the missing compiler, if there is none', () => {
		expect(explain('gyp ERR! stack Error: not found: make')).toMatch(/C\+\+ toolchain is missing/);
	});

	it("is npm's own first words, which its usage would push out of sight", () => {
		const text = explain(`npm error code EUSAGE\nnpm error out of sync\n${'npm error usage\n'.repeat(40)}`);
		expect(text).toMatch(/out of sync/);
	});

	it('is the end of the log for everything else', () => {
		expect(explain(`first\n${'line\n'.repeat(40)}last`)).toMatch(/failed\. The whole log is in x\.log.*last$/s);
	});
});

describe('a stamp', () => {
	it('depends on names and contents, not on the order of the inputs', () => {
		writeFileSync(join(folder, 'a'), '1');
		writeFileSync(join(folder, 'b'), '2');
		const [a, b] = [join(folder, 'a'), join(folder, 'b')].map((path) => JSON.stringify(path));
		const [one, other, less] = evaluate(
			'stamps.mjs',
			`[m.hashOf([${a}, ${b}]), m.hashOf([${b}, ${a}]), m.hashOf([${a}])]`,
		) as string[];
		expect(one).toBe(other);
		expect(one).not.toBe(less);
	});
});

describe('the lock on installing', () => {
	const lock = (): string => JSON.stringify(join(folder, 'lock'));

	it('is taken over from a process that is gone, and given back', () => {
		const ended = spawnSync(process.execPath, ['-e', '']).pid;
		writeFileSync(join(folder, 'lock'), String(ended));
		expect(evaluate('lock.mjs', `m.withLock(async () => 'done', { file: ${lock()} })`)).toBe('done');
		expect(existsSync(join(folder, 'lock'))).toBe(false);
	});

	it('is not taken from one that lives', () => {
		writeFileSync(join(folder, 'lock'), String(process.pid));
		const options = `{ file: ${lock()}, withinMs: -1, say: () => undefined }`;
		const attempt = `m.withLock(async () => 'done', ${options}).catch(({ message }) => message)`;
		expect(evaluate('lock.mjs', attempt)).toMatch(
			new RegExp(`Process ${process.pid} has been installing for too long`),
		);
	});
});

describe('the entry of every command', () => {
	it('shows the required version on an old Node.js, without a stack', () => {
		const code = `
			Object.defineProperty(process.versions, 'node', { value: '16.20.2' });
			require(${JSON.stringify(join(__dirname, '..', 'run.cjs'))})`;
		const { status, stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
		expect(status).toBe(1);
		expect(stderr).toMatch(/needs Node\.js 20 or newer.*this is Node\.js 16\.20\.2/);
		expect(stderr).not.toMatch(/ at /);
	});

	it('names the commands when asked for another', () => {
		const { status, stderr } = spawnSync(process.execPath, [join(__dirname, '..', 'run.cjs'), 'nonsense'], {
			encoding: 'utf8',
		});
		expect(status).toBe(1);
		expect(stderr).toMatch(/Commands: bootstrap, build, start, test/);
	});
});
