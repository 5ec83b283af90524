import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { StoreFailure } from '../failure.ts';
import { MemoryError } from '../memory.ts';
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

test('calls of one iteration are one batch, and later calls are the next batch', async () => {
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
	// Each call follows the previous answer after the given number of iterations.
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

test('an operation that the store declines rejects by itself, with its name', async () => {
	const [fox, again] = await Promise.allSettled([
		begin('fox'),
		channel.call({ name: 'begin', args: [{ ...newRecord('hen'), ref: newRecord('fox').ref }, []], at: 1 }),
	]);
	expect(fox).toMatchObject({ status: 'fulfilled' });
	expect(again).toMatchObject({
		status: 'rejected',
		reason: expect.objectContaining({ message: expect.stringMatching(/could not do "begin": .*UNIQUE/) as string }),
	});
	expect((again as PromiseRejectedResult).reason).toBeInstanceOf(MemoryError);
	expect((again as PromiseRejectedResult).reason).not.toBeInstanceOf(StoreFailure);
});

test('a folder that cannot be used rejects with the reason', async () => {
	const file = join(folder, 'file');
	writeFileSync(file, '');
	const opening = WorkerChannel.open({ folder: file });
	await expect(opening).rejects.toBeInstanceOf(StoreFailure);
	await expect(opening).rejects.toThrow(`n8n cannot write to ${file}`);
});

test('a file that fails while in use rejects with the reason, and is opened again with the same secret', async () => {
	await begin('fox');
	const { secret, owner } = channel;
	expect([secret.length, owner.length > 0, channel.notice, channel.isGone]).toEqual([32, true, null, false]);
	for (const name of ['journal.sqlite', 'journal.sqlite-wal', 'journal.sqlite-shm'])
		rmSync(join(folder, name), { force: true });
	const failed = begin('hen');
	await expect(failed).rejects.toBeInstanceOf(StoreFailure);
	await expect(failed).rejects.toThrow('was deleted or replaced while it was in use');
	await channel.reopen();
	expect(channel.secret).toEqual(secret);
	await begin('hen');
	expect(await list()).toHaveLength(1);
});

test('if the thread dies, pending and later calls are rejected with an error that says so', async () => {
	const started: Worker[] = [];
	const post = Worker.prototype.postMessage;
	jest.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...args) {
		started.push(this);
		post.apply(this, args);
	});
	await list();
	const waiting = list();
	await started[0]?.terminate();
	// The answer may have arrived before the thread ended.
	await waiting.catch((error: unknown) => expect(error).toBeInstanceOf(StoreFailure));
	expect(channel.isGone).toBe(true);
	await expect(list()).rejects.toThrow('its thread stopped unexpectedly');
	await expect(list()).rejects.toBeInstanceOf(StoreFailure);
});
