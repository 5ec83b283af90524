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
	/** Rows of the history, newest first; if absent, one row for each batch. */
	rows?: object[];
	/** Statuses of tasks. Any other task is PENDING, as the server answers for tasks that it does not know. */
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
	// The ID of one of our jobs shows it too.
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
		'has ended, in a history that is too long to read',
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

const minute = 60_000;
const noted = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

it.each([
	[65 * minute, false],
	[65 * minute + 1, true],
])('without any other sign, %d ms after the requests it is certain: %s', async (quietMs, conclusive) => {
	expect(await looking({}).look({ quietMs })).toMatchObject({ found: new Map(), conclusive });
});

it.each([
	[2_999, false, false],
	[3_000, false, true],
	[14_999, true, false],
	[15_000, true, true],
])('%d ms after them (timed out: %s) later tasks are conclusive: %s', async (quietMs, timedOut, conclusive) => {
	const { look, asked } = looking({ rows: [], tasks: { later: 'SUCCESS' } });
	expect(await look({ ...later('later'), quietMs, timedOut })).toMatchObject({ conclusive });
	expect(asked.includes('task later')).toBe(conclusive);
});

it.each([
	['success', true],
	['error', true],
	['cancelled', false],
	['running', false],
	['pending', false],
])('a later batch with a task in state %s shows that the workers have passed: %s', async (status, conclusive) => {
	const { look } = looking({ batches: { [other]: [item(0, status)] }, rows: [] });
	expect(await look(later(`${other}~2~task-0.task-1`))).toMatchObject({ conclusive });
});

it('a later batch without tasks in its id is asked for as a task', async () => {
	const { look, asked } = looking({ rows: [], tasks: { [other]: 'SUCCESS' } });
	expect(await look(later(other))).toMatchObject({ conclusive: true });
	expect(asked).toContain(`task ${other}`);
});

it('checks the ten oldest of the later tasks, oldest first, and no more than needed', async () => {
	const ids = Array.from({ length: 12 }, (_, n) => `later-${n}`);
	const none = looking({ rows: [], tasks: { 'later-1': 'SUCCESS' } });
	expect(await none.look(later(...ids))).toMatchObject({ conclusive: false });
	expect(none.asked.filter((path) => path.startsWith('task'))).toEqual(
		[11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((n) => `task later-${n}`),
	);
	const third = looking({ rows: [], tasks: { 'later-9': 'SUCCESS', 'later-8': 'SUCCESS' } });
	expect(await third.look(later(...ids))).toMatchObject({ conclusive: true });
	expect(third.asked.filter((path) => path.startsWith('task'))).toEqual([11, 10, 9].map((n) => `task later-${n}`));
});

it.each([
	[10, true],
	[11, false],
])('opens at most ten batches that may run: with %d it is certain: %s', async (count, conclusive) => {
	const ids = Array.from({ length: count }, (_, n) => noted(n));
	const { look, asked } = looking({
		batches: Object.fromEntries(ids.map((id) => [id, [item(0, 'cancelled')]])),
		rows: ids.map((id) => runningRow(id)),
		tasks: { later: 'SUCCESS' },
	});
	expect(await look(later('later'))).toMatchObject({ conclusive });
	expect(asked.filter((path) => path.startsWith('batch 0'))).toHaveLength(10);
});

it.each([
	[500, true],
	[501, false],
])('reads at most 500 rows: with %d it is certain: %s', async (count, conclusive) => {
	const rows = Array.from({ length: count }, (_, n) => rowOf(noted(n)));
	expect(await looking({ rows, tasks: { later: 'SUCCESS' } }).look(later('later'))).toMatchObject({ conclusive });
});

it.each([
	[24 * hour, false],
	[24 * hour + 1, true],
])('a batch that has run for %d ms is stuck: %s', async (ms, conclusive) => {
	const { look } = looking({
		batches: { [other]: [item(0, 'running')] },
		rows: [runningRow(other, { created_at: new Date(since - ms).toISOString() })],
		tasks: { later: 'SUCCESS' },
	});
	expect(await look(later('later'))).toMatchObject({ conclusive });
});

it.each([
	[{ status: 'FAILURE', success_count: 0 }, true],
	[{ status: 'PENDING', batch_size: 2, success_count: null, failed_count: 2 }, true],
	[{ status: 'PENDING', batch_size: 2, success_count: 2, failed_count: null }, true],
	[{ status: 'PENDING', batch_size: 2, success_count: 1, failed_count: null }, false],
	[{ status: 'PENDING', batch_size: null, success_count: 9 }, false],
])('a row %j is over without its tasks: %s', async (row, conclusive) => {
	const { look } = looking({
		batches: { [other]: [item(0, 'running')] },
		rows: [rowOf(other, row)],
		tasks: { later: 'SUCCESS' },
	});
	expect(await look(later('later'))).toMatchObject({ conclusive });
});
