import { rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { credentialIds, newFolder, newRecord } from '../testing/samples.ts';
import { WorkerChannel } from './channel.ts';

let folder: string;
let channel: WorkerChannel;
beforeEach(async () => {
	folder = newFolder();
	channel = await WorkerChannel.open({ folder });
});
afterEach(async () => {
	jest.restoreAllMocks();
	await channel.close();
	rmSync(folder, { recursive: true });
});

const begin = (name: string) => channel.call({ name: 'begin', args: [newRecord(name), []], at: 1 });
const list = () => channel.call({ name: 'list', args: [{ credentialIds, limit: 100 }], at: 1 });

test('what is called in one turn is one batch, and what is called meanwhile the next', async () => {
	const sent = jest.spyOn(Worker.prototype, 'postMessage');
	const first = Array.from({ length: 50 }, (_, index) => begin(`a${index}x`));
	await Promise.resolve();
	await Promise.resolve();
	const second = Array.from({ length: 50 }, (_, index) => begin(`b${index}x`));
	await Promise.all([...first, ...second]);
	expect(sent).toHaveBeenCalledTimes(2);
	expect(await list()).toHaveLength(100);
});

test('whatever is called right after an answer is answered too', async () => {
	// Each in as many turns after the last one's answer as its number says.
	for (let turns = 0; turns < 8; turns++) {
		let chain: Promise<unknown> = list();
		for (let turn = 0; turn < turns; turn++) chain = chain.then((value) => value);
		expect(await chain.then(() => list())).toEqual([]);
	}
});

test('closing waits for what was called before', async () => {
	const begun = [begin('a'), begin('b')];
	await channel.close();
	expect(await Promise.all(begun)).toMatchObject([{ kind: 'begun' }, { kind: 'begun' }]);
	channel = await WorkerChannel.open({ folder });
	expect(await list()).toHaveLength(2);
});
