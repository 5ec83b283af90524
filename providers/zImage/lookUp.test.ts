import type { LookUpCall } from '../provider';
import { ImageError } from '../../model/errors';
import { lookUpCall } from '../../test/support/providerCalls';
import type { ZImageClient } from './client';
import { batchIdOf } from './jobId';
import { lookUpBatch } from './lookUp';
import { createReader } from './reader';
import { batchAnswer, batchSummary, taskAnswer } from './wire';

const own = batchIdOf('key-1');
const { since } = lookUpCall();
const hour = 3_600_000;
const other = '00000000-0000-4000-8000-000000000001';

interface Server {
	/** Items of each batch that a worker has begun. */
	batches?: Record<string, object[]>;
	/** Rows of the history, newest first; where they are not given, a row for each batch. */
	rows?: object[];
	/** Statuses of tasks; another is PENDING, as the server says of tasks it does not know. */
	tasks?: Record<string, string>;
}

const item = (index: number, status = 'success', task_id: string | null = `task-${index}`) => ({
	index,
	status,
	task_id,
});
const rowOf = (id: string, more: object = {}) => ({
	task_id: id,
	status: 'SUCCESS',
	batch_size: 1,
	success_count: 1,
	failed_count: 0,
	created_at: new Date(since).toISOString(),
	...more,
});
const runningRow = (id: string, more: object = {}) => rowOf(id, { status: 'PENDING', success_count: 0, ...more });

function looking({ batches = {}, rows, tasks = {} }: Server) {
	const asked: string[] = [];
	const refuse = (): never => {
		throw new Error('not part of a look-up');
	};
	const client: ZImageClient = {
		root: refuse,
		health: refuse,
		generate: refuse,
		cancel: refuse,
		deleteBatch: refuse,
		async task(id) {
			asked.push(`task ${id}`);
			return taskAnswer.parse({ task_id: id, status: tasks[id] ?? 'PENDING' });
		},
		async history({ offset, limit }) {
			asked.push(`history ${offset}`);
			const all = rows ?? Object.keys(batches).map((id) => rowOf(id));
			const page = all.slice(offset, offset + limit);
			return { length: page.length, rows: page.map((row) => batchSummary.parse(row)) };
		},
		async batch(id) {
			asked.push(`batch ${id}`);
			const items = batches[id];
			if (!items) throw new ImageError('notFound', { message: 'Batch not found' });
			return batchAnswer.parse({ batch: { status: 'PENDING', batch_size: items.length }, items });
		},
	};
	return {
		asked,
		look: (more: Partial<LookUpCall> = {}) =>
			lookUpBatch(client, createReader(client, 'https://z.example'), lookUpCall(more)),
	};
}
const later = (...ids: string[]): Partial<LookUpCall> => ({ laterIds: async () => ids });

it('finds the tasks that workers have begun, by their index, and nothing else is asked', async () => {
	const { look, asked } = looking({ batches: { [own]: [item(0), item(2, 'running')] } });
	expect(await look({ parts: [2] })).toEqual({ found: new Map([[2, 'task-2']]), conclusive: true });
	expect(asked).toEqual([`batch ${own}`]);
});

it('a batch that does not show was perhaps not begun, however often one looks', async () => {
	for (const quietMs of [0, 5_000, 64 * 60_000])
		expect(await looking({}).look({ quietMs })).toEqual({
			found: new Map(),
			conclusive: false,
			reason: expect.stringContaining('only when a worker begins it'),
		});
});

it('a later task that has ended, with nothing running, shows that the workers have come past it', async () => {
	const server: Server = { rows: [rowOf(other)], tasks: { later: 'SUCCESS' } };
	expect(await looking(server).look(later('still waits', 'later'))).toEqual({ found: new Map(), conclusive: true });
	expect(await looking(server).look({ ...later('later'), quietMs: 2_000 })).toMatchObject({ conclusive: false });
	expect(await looking({ ...server, tasks: { later: 'FAILURE' } }).look(later('later'))).toMatchObject({
		conclusive: true,
	});
	// A job's own id says so as well.
	expect(await looking({ batches: { [other]: [item(0, 'error')] } }).look(later(`${other}~1~task-0`))).toMatchObject({
		conclusive: true,
	});
});

it.each<[string, Server]>([
	['waits', { tasks: {} }],
	['runs', { tasks: { later: 'PROGRESS' } }],
	['was canceled, which needs no worker', { tasks: { later: 'REVOKED' } }],
	[
		'has ended, but another runs',
		{ tasks: { later: 'SUCCESS' }, batches: { [other]: [item(0, 'running')] }, rows: [runningRow(other)] },
	],
	[
		'has ended, but another was begun hours ago and runs',
		{
			tasks: { later: 'SUCCESS' },
			batches: { [other]: [item(0), item(1, 'pending')] },
			rows: [runningRow(other, { created_at: new Date(since - 5 * hour).toISOString(), batch_size: 90 })],
		},
	],
	[
		'has ended, in a history too long to tell',
		{
			tasks: { later: 'SUCCESS' },
			rows: Array.from({ length: 600 }, (_, n) =>
				rowOf(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`),
			),
		},
	],
])('a later task that %s proves nothing', async (_what, server) => {
	expect(await looking(server).look(later('later'))).toMatchObject({ conclusive: false });
});

it.each<[string, Server]>([
	[
		'a batch with a canceled task, which stays PENDING',
		{
			batches: { [other]: [item(0), item(1, 'cancelled')] },
			rows: [runningRow(other, { batch_size: 2, success_count: 1 })],
		},
	],
	[
		'a batch that says PENDING though its counts are full',
		{ rows: [runningRow(other, { batch_size: 2, success_count: 1, failed_count: 1 })] },
	],
	[
		'what still runs since the day before yesterday',
		{
			batches: { [other]: [item(0, 'running')] },
			rows: [runningRow(other, { created_at: new Date(since - 48 * hour).toISOString() })],
		},
	],
])('%s is not taken for one that runs', async (_what, server) => {
	expect(await looking({ ...server, tasks: { later: 'SUCCESS' } }).look(later('later'))).toMatchObject({
		conclusive: true,
	});
});

it('of a batch that was found in part, the missing parts are as open as a missing batch', async () => {
	const batches = { [own]: [item(0)] };
	expect(await looking({ batches }).look({ parts: [0, 1] })).toMatchObject({
		found: new Map([[0, 'task-0']]),
		conclusive: false,
	});
	expect(await looking({ batches, tasks: { later: 'SUCCESS' } }).look({ parts: [0, 1], ...later('later') })).toEqual({
		found: new Map([[0, 'task-0']]),
		conclusive: true,
	});
});

it('what begins while the others are asked for is found', async () => {
	const batches: Record<string, object[]> = {};
	const { look } = looking({ batches, rows: [], tasks: { later: 'SUCCESS' } });
	const laterIds = async () => {
		batches[own] = [item(0, 'running')];
		return ['later'];
	};
	expect(await look({ laterIds })).toEqual({ found: new Map([[0, 'task-0']]), conclusive: true });
});

it('after more than an hour everything has begun that ever will', async () => {
	expect(await looking({}).look({ quietMs: 66 * 60_000 })).toEqual({ found: new Map(), conclusive: true });
});

it('tasks without index or ID leave it open, even after an hour', async () => {
	for (const odd of [item(0, 'running', null), { status: 'running', task_id: 'a' }]) {
		expect(await looking({ batches: { [own]: [odd] } }).look({ quietMs: 2 * hour })).toMatchObject({
			found: new Map(),
			conclusive: false,
			reason: expect.stringContaining('without saying') as string,
		});
	}
});

it('an error of the server is no answer', async () => {
	const { look } = looking({});
	await expect(
		look({ laterIds: () => Promise.reject(new ImageError('network', { message: 'cut' })) }),
	).rejects.toMatchObject({ code: 'network' });
});
