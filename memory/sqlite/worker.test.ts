import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openMemory } from '../open.ts';
import { compileMemory } from '../testing/childProcess.ts';
import { credentialIds, newFolder, newRecord } from '../testing/samples.ts';

let compiled: string;
let folder: string;
beforeAll(() => {
	compiled = compileMemory();
});
afterAll(() => rmSync(compiled, { recursive: true }));
beforeEach(() => {
	folder = newFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a script in its own process. Gives its output. */
function run(script: string): { output: string; errors: string; status: number | null } {
	const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', script, join(compiled, 'open.js'), folder], {
		encoding: 'utf8',
		timeout: 10_000,
	});
	return { output: stdout.trim(), errors: stderr.trim(), status };
}

test('an open memory keeps no process alive, an awaited operation does, and neither prints anything', async () => {
	const record = JSON.stringify(newRecord('fox'));
	const { output, errors, status } = run(`
		const [open, folder] = process.argv.slice(1);
		require(open).openMemory({ folder }).then((memory) => {
			memory.learned.write('scope', { a: 1 });
			setTimeout(() => memory.journal.begin(${record}, []).then(({ kind }) => console.log(kind)), 50);
		});`);
	expect({ output, errors, status }).toEqual({ output: 'begun', errors: '', status: 0 });
	const memory = await openMemory({ folder });
	expect(await memory.journal.list({ credentialIds, limit: 10 })).toMatchObject([
		{ ref: newRecord('fox').ref, held: 'free' },
	]);
	await memory.close();
});

test('a Node without SQLite gets a memory in its process, and the reason', () => {
	const { output } = run(`
		const [open, folder] = process.argv.slice(1);
		// As in Node before 22.13; a worker has its own copy.
		const { Worker } = require('node:worker_threads');
		require('node:worker_threads').Worker = class extends Worker {
			constructor(file, options) {
				const script = 'process.getBuiltinModule = () => undefined; require(' + JSON.stringify(file) + ');';
				super(script, { ...options, eval: true });
			}
		};
		require(open).openMemory({ folder }).then((memory) => console.log(memory.problem));`);
	expect(output).toBe(
		`Jobs are remembered only until n8n restarts, because Node ${process.version} has no built-in SQLite; ` +
			'update to Node 22.22 or newer.',
	);
});

test('a worker that dies is replaced a minute later, and nothing is lost', async () => {
	const record = JSON.stringify(newRecord('fox'));
	const { output } = run(`
		const [open, folder] = process.argv.slice(1);
		const workers = require('node:worker_threads');
		const started = [];
		const { Worker } = workers;
		workers.Worker = class extends Worker {
			constructor(...args) {
				super(...args);
				started.push(this);
			}
		};
		let now = 1000;
		(async () => {
			const memory = await require(open).openMemory({ folder, now: () => now });
			const ended = started[0].terminate();
			const begun = await memory.journal.begin(${record}, []);
			await ended;
			const { problem } = memory;
			now += 60000;
			const [listed] = await memory.journal.list({ credentialIds: ['credential'], limit: 1 });
			const state = { held: listed.held, after: memory.problem, started: started.length };
			console.log(JSON.stringify({ begun: begun.kind, problem, ...state }));
		})();`);
	expect(JSON.parse(output)).toEqual({
		begun: 'begun',
		problem: 'Jobs are remembered only until n8n restarts, because its thread stopped unexpectedly.',
		held: 'mine',
		after: null,
		started: 2,
	});
});
