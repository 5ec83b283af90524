import type { Observation } from '../../providers/provider';
import { cut, ended, ListingProvider, pollList, pollOptions } from '../../test/support/listedJobs';
import type { JobsState } from './finishedJobs';
import { newestFinished, pollFinished } from './finishedJobsPoll';

it('at the first poll, ended jobs count as known and running jobs are followed', async () => {
	const provider = new ListingProvider([ended('old', 1), ended('runs', 2, { endsAt: 50 })]);
	provider.now = 10;
	const first = await pollList(provider, null);
	expect(first.ids).toEqual([]);
	provider.now = 60;
	provider.made.push(ended('new', 55));
	const second = await pollList(provider, first.state);
	expect(second.ids).toEqual(['runs', 'new']);
	expect((await pollList(provider, second.state)).ids).toEqual([]);
});

it('with `since`, the first poll hands on the jobs that ended after it, also in parts', async () => {
	const provider = new ListingProvider(Array.from({ length: 10 }, (_, n) => ended(`j${n}`, n * 10)));
	provider.now = 100;
	const first = await pollList(provider, null, { since: 45, maxJobs: 3 });
	expect(first.ids).toEqual(['j5', 'j6', 'j7']);
	const second = await pollList(provider, first.state);
	expect(second.ids).toEqual(['j8', 'j9']);
	expect(second.state.since).toBeNull();
});

it('an open job that the list no longer shows is polled, one that it shows is not', async () => {
	const provider = new ListingProvider([ended('deep', 1, { endsAt: 500 }), ended('near', 1_000, { endsAt: 9_000 })]);
	provider.now = 2;
	const first = await pollList(provider, null);
	provider.made.push(...Array.from({ length: 700 }, (_, n) => ended(`n${n}`, 100 + n / 10)));
	provider.now = 1_001;
	const second = await pollList(provider, first.state, { maxJobs: 1_000 });
	expect(second.ids).toHaveLength(701);
	provider.made = provider.made.map((made) =>
		made.id === 'deep' ? { ...made, visibleAt: Number.POSITIVE_INFINITY } : made,
	);
	provider.made.push(ended('other', 1_002, { endsAt: 2_000 }));
	provider.polled.length = 0;
	const third = await pollList(provider, { ...second.state, open: [['deep', 1], ...second.state.open] });
	expect(provider.polled).toEqual([['deep']]);
	expect(third.ids).toEqual(['deep']);
});

it('the number of jobs polled with the list is limited, and over several polls each is polled', async () => {
	const provider = new ListingProvider(
		Array.from({ length: 130 }, (_, n) => ended(`j${n}`, n, { visibleAt: Number.POSITIVE_INFINITY, endsAt: 10 })),
	);
	provider.now = 20;
	let state: JobsState = {
		floor: ['z', 1_000],
		settled: [],
		open: provider.made.map(({ id, createdAt }) => [id, createdAt]),
		last: [],
		since: null,
	};
	const found = new Set<string | null>();
	let polls = 0;
	for (; found.size < 130; polls++) {
		const next = await pollList(provider, state, { random: () => 0.6 });
		for (const id of next.ids) found.add(id);
		({ state } = next);
	}
	expect(polls).toBe(3);
	expect(provider.polled.map(({ length }) => length)).toEqual([25, 25, 25, 25, 25, 5]);
});

it('a job that the provider does not know any more is not polled again', async () => {
	const provider = new ListingProvider([]);
	const { state } = await pollList(provider, {
		floor: null,
		settled: [],
		open: [['gone', 1]],
		last: [],
		since: null,
	});
	expect(state.open).toEqual([]);
});

it('a success that the list shows without images is polled, and handed on with them', async () => {
	const provider = new ListingProvider([]);
	const { state } = await pollList(provider, null);
	provider.made.push(ended('a', 5, { isIncomplete: true }));
	provider.now = 6;
	const next = await pollList(provider, state);
	expect(provider.polled).toEqual([['a']]);
	expect(next.jobs[0]?.snapshot.images).toHaveLength(1);
});

it('of many incompletely listed successes, only those to hand on now are polled, while there is time', async () => {
	const provider = new ListingProvider([]);
	let { state } = await pollList(provider, null);
	provider.made.push(...Array.from({ length: 90 }, (_, n) => ended(`j${n}`, n, { isIncomplete: true })));
	provider.now = 100;
	const found: Array<string | null> = [];
	const rounds = [{ maxJobs: 30 }, { hasTime: () => false }, {}, {}].map((patch) => async () => {
		const next = await pollList(provider, state, patch);
		({ state } = next);
		found.push(...next.ids);
		expect(next.jobs.every(({ snapshot }) => snapshot.images.length === 1)).toBe(true);
		return next.ids.length;
	});
	const counts: number[] = [];
	for (const round of rounds) counts.push(await round());
	expect(counts).toEqual([30, 25, 35, 0]);
	expect(found).toEqual(provider.made.map(({ id }) => id));
	expect(provider.polled.flat()).toEqual(found);
});

it('a success whose poll fails is polled again later', async () => {
	const provider = new ListingProvider([]);
	const { state } = await pollList(provider, null);
	provider.made.push(ended('a', 5, { isIncomplete: true }));
	provider.now = 6;
	const endpoint = provider.endpoint();
	const failing = {
		...endpoint,
		pollOnce: async (ids: readonly string[]) =>
			new Map(ids.map((id): [string, Observation] => [id, { ok: false, error: cut() }])),
	};
	const result = await pollFinished(failing, pollOptions(state));
	expect(result.finished).toEqual([]);
	expect((await pollList(provider, result.after(0).state)).ids).toEqual(['a']);
});

it('where jobs cannot be polled, the list alone counts', async () => {
	const provider = new ListingProvider([]);
	const { state } = await pollList(provider, null);
	provider.made.push(ended('a', 5, { isIncomplete: true }));
	provider.now = 6;
	const endpoint = provider.endpoint();
	const { poll: _none, ...session } = endpoint.session;
	const result = await pollFinished({ ...endpoint, session }, pollOptions({ ...state, open: [['b', 1]] }));
	expect(result.finished.map(({ snapshot }) => snapshot.job.id)).toEqual(['a']);
	expect(provider.polled).toEqual([]);
});

it('only the statuses and prompts of interest are handed on; the others are not followed', async () => {
	const provider = new ListingProvider([]);
	const { state } = await pollList(provider, null);
	provider.made.push(
		ended('a', 5, { status: 'canceled', prompt: 'A cat' }),
		ended('b', 5, { prompt: 'A CAT' }),
		ended('c', 5, { prompt: 'A dog' }),
		ended('d', 5),
		ended('e', 5, { prompt: 'A dog', endsAt: 99 }),
		ended('f', 5, { prompt: 'cat', endsAt: 99 }),
	);
	provider.now = 6;
	const next = await pollList(provider, state, { promptContains: 'cat' });
	expect(next.ids).toEqual(['b']);
	expect(next.state.open.map(([id]) => id)).toEqual(['f']);
});

it('the newest finished job is found without a state', async () => {
	const provider = new ListingProvider([
		ended('a', 1, { isIncomplete: true }),
		ended('b', 2, { status: 'canceled' }),
		ended('c', 3, { endsAt: 99 }),
	]);
	provider.now = 10;
	expect(
		(await newestFinished(provider.endpoint(), { statuses: ['succeeded'], promptContains: '' }))?.snapshot,
	).toMatchObject({ job: { id: 'a' }, images: [{ index: 0 }] });
	expect(await newestFinished(provider.endpoint(), { statuses: ['failed'], promptContains: '' })).toBeNull();
});
