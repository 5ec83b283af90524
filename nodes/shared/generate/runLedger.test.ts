import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { packFolder } from '../packFolder';
import { RunLedger } from './runLedger';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'image-pipelines-ledger-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = { workflowId: 'w', nodeId: 'n', runIndex: 0, input: [{ prompt: 'A cat' }] };
/** As a process leaves it that died in the middle. */
const died = async (nonce: string, entry: object = { host: hostname(), pid: 2 ** 22 + 1, since: 5 }) => {
	const end = await new RunLedger(folder).begin(run, { nonce, since: 5 });
	const [name = ''] = readdirSync(folder);
	await end();
	writeFileSync(join(folder, name), JSON.stringify(entry));
	return name;
};

it('the nonce of a run whose process died is found by its retry, once', async () => {
	await died('nonce-1');
	const ledger = new RunLedger(folder);
	expect(await ledger.adopt({ ...run, input: [{ prompt: 'A dog' }] })).toBeUndefined();
	expect(await ledger.adopt({ ...run, runIndex: 1 })).toBeUndefined();
	const both = await Promise.all([ledger.adopt(run), ledger.adopt(run)]);
	expect(both.filter((orphan) => orphan !== undefined)).toEqual([{ nonce: 'nonce-1', since: 5 }]);
	expect(readdirSync(folder)).toEqual([]);
});

it('a run that is under way is nobody else\'s, here or in another process', async () => {
	const ledger = new RunLedger(folder);
	const end = await ledger.begin(run, { nonce: 'nonce-1', since: 5 });
	expect(await ledger.adopt(run)).toBeUndefined();
	await end();
	expect(readdirSync(folder)).toEqual([]);
	await died('nonce-2', { host: hostname(), pid: process.ppid, since: 5 });
	expect(await ledger.adopt(run)).toBeUndefined();
});

it.each(['{"host":"cut of', 'null', '', '{"strange":true}'])('a file that holds %j, as a process may leave it that died while it wrote, is left alone', async (text) => {
	const name = await died('nonce-1');
	writeFileSync(join(folder, name), text);
	expect(await new RunLedger(folder).adopt(run)).toBeUndefined();
});

it('what is a week old is forgotten', async () => {
	writeFileSync(join(folder, 'old.nonce'), '{}');
	const longAgo = (Date.now() - 8 * 24 * 3_600_000) / 1000;
	utimesSync(join(folder, 'old.nonce'), longAgo, longAgo);
	await (await new RunLedger(folder).begin(run, { nonce: 'nonce-2', since: 5 }))();
	expect(readdirSync(folder)).toEqual([]);
});

it('lies beside n8n\'s own files', () => {
	expect(packFolder('runs', { N8N_USER_FOLDER: '/data' })).toBe(join('/data', '.n8n', 'image-pipelines', 'runs'));
});
