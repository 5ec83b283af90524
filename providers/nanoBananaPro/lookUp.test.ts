import type { ImageRequest } from '../../model/request';
import { lookUpCall } from '../../test/support/providerCalls';
import {
	fitsGeneration,
	fitsTask,
	type HistoryPage,
	type HistoryRow,
	lookUpInHistory,
	ofGeneration,
	ofTask,
} from './lookUp';
import { generationTask } from './wire';
import { imageTask } from './wireTasks';

const { since } = lookUpCall();
const request: ImageRequest = { prompt: 'A fox', count: 1 };
const row = (id: string, secondsAfter: number, more: Partial<HistoryRow> = {}): HistoryRow => ({
	id,
	createdAt: since + 1000 * secondsAfter,
	hasEnded: false,
	wasNotAccepted: false,
	prompt: 'A fox',
	model: 'gemini-3-pro-image-preview',
	count: undefined,
	...more,
});
const ended = (id: string, secondsAfter: number, more: Partial<HistoryRow> = {}) =>
	row(id, secondsAfter, { hasEnded: true, ...more });
const others = (count: number, secondsAfter: number, more: Partial<HistoryRow> = {}) =>
	Array.from({ length: count }, (_, n) =>
		row(`other-${secondsAfter}-${n}`, secondsAfter, { prompt: 'Another', ...more }),
	);

/** A history with these rows, and the pages that were read. */
function history(rows: HistoryRow[], { clampTo = 100, total = true, unreadable = 0, clockAheadMs = 0 } = {}) {
	const pages: number[] = [];
	const read = async (page: number, pageSize: number): Promise<HistoryPage> => {
		pages.push(page);
		const size = Math.min(pageSize, clampTo);
		return {
			rows: rows.slice((page - 1) * size, page * size),
			...(total ? { total: rows.length + unreadable } : {}),
			unreadable: page === 1 ? unreadable : 0,
			clockAheadMs,
		};
	};
	return {
		pages,
		look: (more: Parameters<typeof lookUpCall>[0] = {}) =>
			lookUpInHistory(read, (candidate) => fitsTask(candidate, request), lookUpCall(more)),
	};
}

it('finds a task behind older ones that still run or wait: the list is sorted by status before age', async () => {
	const { look, pages } = history([
		row('old runs', -3600, { prompt: 'Another' }),
		...others(120, -60),
		ended('own', 1),
		ended('older', -100),
	]);
	expect(await look()).toEqual({ found: new Map([[0, 'own']]), conclusive: true });
	expect(pages).toEqual([1, 2]);
});

it('reads no further than the first ended row that is older, and is then certain', async () => {
	const { look, pages } = history([
		row('runs', -3600, { prompt: 'Another' }),
		ended('older', -6, { prompt: 'Another' }),
		...others(300, -9, { hasEnded: true }),
	]);
	expect(await look()).toEqual({ found: new Map(), conclusive: true });
	expect(pages).toEqual([1]);
});

it.each([
	['a server that gives fewer rows than it was asked for', { clampTo: 20, total: true }],
	['one that does not say how many there are', { clampTo: 20, total: false }],
])('%s is read to the end of its list', async (_what, options) => {
	const rows = [...others(70, -60), ended('own', 1)];
	expect((await history(rows, options).look()).found).toEqual(new Map([[0, 'own']]));
	expect(await history(rows.slice(0, 70), options).look()).toEqual({ found: new Map(), conclusive: true });
});

it('what was not found may still show up as long as the requests are young', async () => {
	const { look } = history([ended('older', -100)]);
	expect(await look({ quietMs: 2_000 })).toMatchObject({
		conclusive: false,
		reason: expect.stringContaining('still may') as string,
	});
	expect(await look({ quietMs: 14_000, timedOut: true })).toMatchObject({ conclusive: false });
	expect(await look({ quietMs: 14_000 })).toMatchObject({ conclusive: true });
});

it('reads a list of several pages once more: a task that ended in between moves others over the border', async () => {
	const rows = [...others(99, -60), row('first ends', -60, { prompt: 'Another' }), row('own', 1)];
	let pages = 0;
	const read = async (page: number, pageSize: number): Promise<HistoryPage> => {
		// Between the two pages, a task of the first page ends, so the first task of the second page moves to the first
		// page.
		if (pages++ === 1) rows.push(...rows.splice(99, 1));
		return {
			rows: rows.slice((page - 1) * pageSize, page * pageSize),
			total: rows.length,
			unreadable: 0,
			clockAheadMs: 0,
		};
	};
	expect((await lookUpInHistory(read, (candidate) => fitsTask(candidate, request), lookUpCall())).found).toEqual(
		new Map([[0, 'own']]),
	);
});

it('a history that is too long, or has tasks without an ID, leaves it open', async () => {
	expect(await history(others(2_500, -60)).look()).toMatchObject({
		conclusive: false,
		reason: expect.stringContaining('longer') as string,
	});
	expect(await history([ended('older', -100)], { unreadable: 1 }).look()).toMatchObject({
		conclusive: false,
		reason: expect.stringContaining('readable ID') as string,
	});
	expect((await history([ended('own', 1)], { unreadable: 1 }).look()).found.size).toBe(1);
});

it('a submit that found the queue full is no find, one that ran and failed is', async () => {
	const task = (error_message: string) =>
		ofTask(
			imageTask.parse({
				task_id: 'a',
				status: 'failed',
				prompt: 'A fox',
				error_message,
				created_at: new Date(since + 1000).toISOString(),
			}),
		);
	for (const words of ['任务队列已满，请稍后再试', 'task queue is full', 'Queue full (100)'])
		expect(await history([task(words)]).look()).toEqual({ found: new Map(), conclusive: true });
	for (const words of ['生成失败: 503 model overloaded', '', 'blocked by safety policy'])
		expect((await history([task(words)]).look()).found).toEqual(new Map([[0, 'a']]));
});

it('without a model in the request, a task of the default model is preferred to other models', async () => {
	expect((await history([ended('default', 2), ended('other', 1, { model: 'other' })]).look()).found).toEqual(
		new Map([[0, 'default']]),
	);
	expect(
		(await history([ended('second', 2, { model: 'changed' }), ended('first', 1, { model: 'changed' })]).look())
			.found,
	).toEqual(new Map([[0, 'first']]));
	expect(
		await history([ended('one', 2, { model: 'one' }), ended('other', 1, { model: 'other' })]).look(),
	).toMatchObject({ found: new Map(), conclusive: false });
});

it("goes by the server's clock, which may be minutes off", async () => {
	for (const [clockAheadMs, seconds] of [
		[-120_000, -120],
		[120_000, 120],
	] as const) {
		const { look } = history([ended('own', seconds + 1), ended('older', seconds - 60)], { clockAheadMs });
		expect(await look()).toEqual({ found: new Map([[0, 'own']]), conclusive: true });
		expect((await history([ended('older', seconds - 60)], { clockAheadMs }).look()).found.size).toBe(0);
	}
});

it('of several parts the oldest tasks go to the first parts', async () => {
	const { look } = history([row('third', 3), row('second', 2), ended('first', 1), ended('older', -60)]);
	expect((await look({ parts: [1, 2] })).found).toEqual(
		new Map([
			[1, 'first'],
			[2, 'second'],
		]),
	);
});

describe('a row fits', () => {
	const generation = (more: object) =>
		ofGeneration(
			generationTask.parse({
				id: 'a',
				status: 'processing',
				prompt: 'A fox',
				model: 'gemini-2.5-flash-image',
				totalCount: 4,
				...more,
			}),
		);
	const asked: ImageRequest = { prompt: 'A fox', count: 4 };

	it.each([
		[{}, asked, 'exact'],
		[{ prompt: 'A dog' }, asked, 'no'],
		[{ model: 'other' }, asked, 'no'],
		[{ model: 'other' }, { ...asked, model: 'other' }, 'exact'],
		[{ model: null }, asked, 'possible'],
		// Part of a batch may have been accepted.
		[{ totalCount: 3 }, asked, 'possible'],
		[{ totalCount: 5 }, asked, 'no'],
		[{ totalCount: 'many' }, asked, 'possible'],
	])('v1.6: %j', (more, wanted, fit) => {
		expect(fitsGeneration(generation(more), wanted)).toBe(fit);
	});

	const task = (more: object) =>
		ofTask(
			imageTask.parse({
				task_id: 'a',
				status: 'pending',
				prompt: 'A fox',
				model_id: 'gemini-3-pro-image-preview',
				...more,
			}),
		);

	it.each([
		[{}, request, 'exact'],
		// The server's own default may have been changed.
		[{ model_id: 'anything' }, request, 'possible'],
		[{ model_id: null }, request, 'possible'],
		[{ prompt: 'A dog' }, request, 'no'],
		[{}, { ...request, model: 'gemini-3-pro-image-preview' }, 'exact'],
		[{}, { ...request, model: 'gemini-2.5-flash-image' }, 'no'],
		[{ model_id: null }, { ...request, model: 'gemini-2.5-flash-image' }, 'possible'],
	])('tasks: %j', (more, wanted, fit) => {
		expect(fitsTask(task(more), wanted)).toBe(fit);
	});
});

describe('a row of the history', () => {
	it.each([
		['pending', null, false, false],
		['processing', null, false, false],
		['completed', null, true, false],
		['partial', null, true, false],
		['failed', null, true, false],
		['failed', '任务队列已满，请稍后再试', true, true],
		['failed', 'The queue is full', true, true],
		['failed', 'Full task queue', true, true],
		['failed', 'queue error', true, false],
		// Only a task that failed was not accepted.
		['completed', 'queue full', true, false],
		['', null, true, false],
	])('%j with %j has ended: %s, was not accepted: %s', (status, message, hasEnded, wasNotAccepted) => {
		const expected = { id: 'a', createdAt: since, hasEnded, wasNotAccepted };
		const created = new Date(since).toISOString();
		const of = generationTask.parse({ id: 'a', status, errorMessage: message, createdAt: created });
		const task = imageTask.parse({ task_id: 'a', status, error_message: message, created_at: created });
		expect([ofGeneration(of), ofTask(task)]).toMatchObject([expected, expected]);
	});

	it('has what it says of its request, and undefined for the rest', () => {
		const of = generationTask.parse({ id: 'a', status: 'pending', prompt: 'A fox', model: 'm', totalCount: 3 });
		expect(ofGeneration(of)).toMatchObject({ prompt: 'A fox', model: 'm', count: 3, createdAt: Number.NaN });
		const task = imageTask.parse({ task_id: 'a', status: 'pending', prompt: null, model_id: null });
		expect(ofTask(task)).toMatchObject({ prompt: undefined, model: undefined, count: undefined });
	});
});
