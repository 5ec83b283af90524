import {
	advance,
	emptyState,
	type Entry,
	finished,
	finishedJobsLimits,
	type JobsState,
	listReader,
	type SeenJob,
	takenBack,
} from './finishedJobs';

const job = (id: string, time: number | null, done = true, wanted = true): SeenJob => ({
	entry: [id, time],
	done,
	wanted,
});
const idsOf = (jobs: readonly SeenJob[]) => jobs.map(({ entry: [id] }) => id);

/** One poll that returns all finished jobs, or only the first `maxJobs`. */
function step(
	state: JobsState,
	seen: SeenJob[],
	maxJobs = Number.POSITIVE_INFINITY,
): { ids: string[]; state: JobsState } {
	const ids = idsOf(finished(state, seen)).slice(0, maxJobs);
	return { ids, state: advance(state, seen, new Set(ids)).state };
}

it('a job that has ended is handed on once, the oldest first', () => {
	const seen = [job('c', 3), job('b', 2), job('a', 1)];
	const first = step(emptyState(), seen);
	expect(first.ids).toEqual(['a', 'b', 'c']);
	expect(step(first.state, [job('d', 4), ...seen]).ids).toEqual(['d']);
});

it('a repeated row is one job, as it was seen last', () => {
	expect(step(emptyState(), [job('a', 1, false), job('b', 1), job('a', 1)]).ids).toEqual(['a', 'b']);
});

it('a running job is followed, and handed on when it ends, at any age', () => {
	const { state } = step(emptyState(), [job('a', 1, false)]);
	expect(state.open).toEqual([['a', 1]]);
	const newer = Array.from({ length: 600 }, (_, n) => job(`n${n}`, 1_000 + n));
	const later = step(state, newer);
	expect(later.state.open).toEqual([['a', 1]]);
	const end = step(later.state, [job('a', 1)]);
	expect(end.ids).toEqual(['a']);
	expect(step(end.state, [job('a', 1)]).ids).toEqual([]);
});

it('a job that is not wanted is dealt with and never handed on', () => {
	const { ids, state } = step(emptyState(), [job('a', 1, true, false), job('b', 2, false, false)]);
	expect(ids).toEqual([]);
	expect(state.open).toEqual([]);
	expect(step(state, [job('a', 1), job('b', 2)]).ids).toEqual([]);
});

it('jobs above the limit come with the next step, also when newer jobs have ended since', () => {
	const seen = Array.from({ length: 10 }, (_, n) => job(`j${n}`, n));
	const one = step(emptyState(), seen, 4);
	expect(one.ids).toEqual(['j0', 'j1', 'j2', 'j3']);
	const two = step(one.state, [job('k', 99), ...seen], 4);
	expect(two.ids).toEqual(['j4', 'j5', 'j6', 'j7']);
	expect(step(two.state, [job('k', 99), ...seen], 4).ids).toEqual(['j8', 'j9', 'k']);
});

it('jobs of equal times are distinguished by id, also where a step ends between them', () => {
	const seen = ['d', 'b', 'a', 'c'].map((id) => job(id, 7));
	const one = step(emptyState(), seen, 2);
	const two = step(one.state, seen, 2);
	expect([...one.ids, ...two.ids]).toEqual(['a', 'b', 'c', 'd']);
	expect(step(two.state, seen).ids).toEqual([]);
});

it('a job that appears late is found among the newest jobs and within two hours of them', () => {
	const seen = Array.from({ length: 100 }, (_, n) => job(`j${n}`, n * 60_000)).reverse();
	const { state } = step(emptyState(), seen);
	expect(step(state, [...seen, job('late', 79.5 * 60_000)]).ids).toEqual(['late']);
	const days = Array.from({ length: 100 }, (_, n) => job(`j${n}`, n * 86_400_000)).reverse();
	const daily = step(emptyState(), days).state;
	expect(step(daily, [...days, job('late', 80.5 * 86_400_000)]).ids).toEqual(['late']);
	expect(step(daily, [...days, job('ancient', 3 * 86_400_000)]).ids).toEqual([]);
});

it('a few jobs from the far future do not hide the others', () => {
	const future = Array.from({ length: 5 }, (_, n) => job(`f${n}`, Date.UTC(2100, 0, n)));
	const { state } = step(emptyState(), [...future, ...Array.from({ length: 50 }, (_, n) => job(`j${n}`, n))]);
	expect(step(state, [...future, job('new', 60)]).ids).toEqual(['new']);
});

it('jobs without a time are distinguished by id alone', () => {
	const seen = Array.from({ length: 30 }, (_, n) => job(`j${n}`, null));
	const { state } = step(emptyState(), seen);
	expect(step(state, [job('new', null), ...seen]).ids).toEqual(['new']);
	const reader = listReader(state);
	expect(seen.findIndex(({ entry }) => reader.isEnough(entry))).toBe(finishedJobsLimits.quietRows - 1);
});

it('reading ends after some rows in a row that are below the floor, not at the first', () => {
	const seen = Array.from({ length: 1_000 }, (_, n) => job(`j${n}`, n * 1_000));
	const { floor } = step(emptyState(), seen).state;
	expect(floor).not.toBeNull();
	const state: JobsState = { ...emptyState(), floor };
	const below = (n: number): Entry => [`x${n}`, n];
	const rows: Entry[] = [below(1), below(2), ['new', 2_000_000], ...Array.from({ length: 40 }, (_, n) => below(n))];
	const reader = listReader(state);
	expect(rows.findIndex((entry) => reader.isEnough(entry))).toBe(2 + finishedJobsLimits.quietRows);
});

it('the state stays within its limits, even if jobs never end', () => {
	let state = emptyState();
	let forgotten = 0;
	for (let round = 0; round < 40; round++) {
		const seen = Array.from({ length: 100 }, (_, n) => job(`j${round}-${n}`, round * 100 + n, n % 2 === 0));
		const next = advance(state, seen, new Set(idsOf(finished(state, seen))));
		state = JSON.parse(JSON.stringify(next.state)) as JobsState;
		forgotten += next.forgotten;
	}
	expect(state.settled.length).toBeLessThanOrEqual(finishedJobsLimits.known);
	expect(state.open).toHaveLength(finishedJobsLimits.open);
	expect(forgotten).toBe(1_000);
	expect(JSON.stringify(state).length).toBeLessThan(60_000);
});

it('jobs that were handed on last can be taken back, and come once more', () => {
	const { state } = step(emptyState(), [job('b', 2), job('a', 1)]);
	const again = step(takenBack(state), [job('b', 2), job('a', 1)]);
	expect(again.ids).toEqual(['a', 'b']);
	expect(step(again.state, [job('b', 2), job('a', 1)]).ids).toEqual([]);
});

it('an open job that the provider does not know any more is dropped', () => {
	const { state } = step(emptyState(), [job('a', 1, false)]);
	expect(advance(state, [], new Set(), new Set(['a'])).state.open).toEqual([]);
});

it('jobs that appear late and are held back keep the floor below them, above the older ones', () => {
	const known = Array.from({ length: 600 }, (_, n): Entry => [`n${n}`, 1_599 - n]);
	const state: JobsState = { ...emptyState(), settled: known };
	const late = [job('five', 5), job('six', 6), job('seven', 7)];
	const one = step(state, late, 1);
	expect([one.ids, one.state.floor]).toEqual([['five'], ['five', 5]]);
	const two = step(one.state, late);
	expect(two.ids).toEqual(['six', 'seven']);
	// Nothing is held back any more: the floor lies below the newest known jobs.
	expect(two.state.floor).toEqual(['n500', 1_099]);
	expect(step(two.state, late).ids).toEqual([]);
});

it('open jobs are ordered from the newest to the oldest; unknown times count as new, in their order', () => {
	const seen = [
		job('a', 5, false),
		job('x', null, false),
		job('b', 7, false),
		job('y', null, false),
		job('c', 6, false),
	];
	const { state } = step(emptyState(), seen);
	expect(state.open.map(([id]) => id)).toEqual(['x', 'y', 'b', 'c', 'a']);
});
