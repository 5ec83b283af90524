import type { Job } from '../../model/job';
import type { ListedSnapshot, Session } from '../../providers/provider';
import { snapshotOf } from '../../test/support/fakeEndpoint';
import { emptyState, finishedJobsLimits, type JobsState } from './finishedJobs';
import { listLimits, newestOfList, readRows } from './jobList';

const at = (ms: number) => new Date(ms).toISOString();
const row = (
	id: string | null,
	createdAt: number | null,
	patch: Partial<Job> = {},
	prompt = 'A cat',
): ListedSnapshot => ({
	snapshot: snapshotOf(id ?? '', 'succeeded', { id, createdAt: createdAt === null ? null : at(createdAt), ...patch }),
	request: { prompt },
});
const noted = { read: 0 };

/** A session with this list; `noted.read` counts the rows that were read. */
function sessionOf(rows: Iterable<ListedSnapshot>): Session {
	noted.read = 0;
	return {
		async *list() {
			for (const one of rows) {
				noted.read++;
				yield one;
			}
		},
	} as unknown as Session;
}
/** Rows without end, the newest first, one each second. */
function* endless(newest = 1e12): Generator<ListedSnapshot> {
	for (let n = 0; ; n++) yield row(`j${n}`, newest - 1_000 * n);
}

it('at the first poll a limited number of rows is read', async () => {
	const { rows, truncated } = await readRows(sessionOf(endless()), emptyState(), true, undefined);
	expect([rows.length, noted.read, truncated]).toEqual([listLimits.firstRows, listLimits.firstRows, false]);
});

it('at the first poll with a time, all jobs since then are read too', async () => {
	const rowsSince = listLimits.firstRows + 500;
	const state = emptyState(1e12 - 1_000 * (rowsSince - 1));
	const { rows } = await readRows(sessionOf(endless()), state, true, undefined);
	expect(rows).toHaveLength(rowsSince + 1);
	const recent = await readRows(sessionOf(endless()), emptyState(1e12), true, undefined);
	expect(recent.rows).toHaveLength(listLimits.firstRows);
});

it('a time that is far back reads up to the limit, and says that there is more', async () => {
	const { rows, truncated } = await readRows(sessionOf(endless()), emptyState(0), true, undefined);
	expect([rows.length, noted.read, truncated]).toEqual([listLimits.rows, listLimits.rows, true]);
});

it('a later poll reads down to the rows that are handled', async () => {
	const state: JobsState = { ...emptyState(), floor: ['j5', 1e12 - 5_000] };
	const { rows, truncated } = await readRows(sessionOf(endless()), state, false, undefined);
	expect([rows.length, truncated]).toEqual([5 + finishedJobsLimits.quietRows, false]);
	const unknown = await readRows(sessionOf(endless()), emptyState(), false, undefined);
	expect([unknown.rows.length, unknown.truncated]).toEqual([listLimits.rows, true]);
});

it('each row has the time of its job; rows without an ID are left out', async () => {
	const list = [row('a', 5), row(null, 4), row('b', null), row('c', null, { createdAt: 'soon' })];
	const { rows, truncated } = await readRows(sessionOf(list), emptyState(), false, undefined);
	expect(rows.map(({ entry }) => entry)).toEqual([
		['a', 5],
		['b', null],
		['c', null],
	]);
	expect(truncated).toBe(false);
});

describe('the newest job of interest', () => {
	const interest = { statuses: ['succeeded', 'partial'] as const, promptContains: 'CAT' };
	const newest = async (rows: Iterable<ListedSnapshot>) =>
		(await newestOfList(sessionOf(rows), interest, undefined))?.snapshot.job.id ?? null;

	it('has ended in a wanted way, with the prompt', async () => {
		const rows = [
			row('runs', 5, { status: 'running' }),
			row('failed', 4, { status: 'failed' }),
			row('dog', 3, {}, 'A dog'),
			row('cat', 2, { status: 'partial' }),
			row('older', 1),
		];
		expect(await newest(rows)).toBe('cat');
		expect(noted.read).toBe(4);
		expect(await newest(rows.slice(0, 3))).toBeNull();
	});

	it('is looked for in a limited number of rows', async () => {
		const before = (count: number) => Array.from({ length: count }, (_, n) => row(`d${n}`, 9, {}, 'A dog'));
		expect(await newest([...before(listLimits.firstRows - 1), row('cat', 1)])).toBe('cat');
		expect(await newest([...before(listLimits.firstRows), row('cat', 1)])).toBeNull();
		expect(noted.read).toBe(listLimits.firstRows);
	});
});

it('a provider without a list is an error of the request', async () => {
	const session = {} as Session;
	const error = { code: 'invalidRequest', delivery: 'notSent', hint: 'Choose another provider' };
	await expect(readRows(session, emptyState(), true, undefined)).rejects.toMatchObject(error);
	await expect(newestOfList(session, { statuses: [], promptContains: '' }, undefined)).rejects.toMatchObject(error);
});
