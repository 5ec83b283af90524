import fc from 'fast-check';
import { ImageError } from '../../model/errors';
import type { DeliveredImage, JobStatus } from '../../model/job';
import type { ListedSnapshot, Observation, Session } from '../../providers/provider';
import { snapshotOf } from '../../test/support/fakeEndpoint';
import { finishedJobsLimits, type JobsState, takenBack } from './finishedJobs';
import { type ListingEndpoint, newestFinished, pollFinished, pollLimits, type PollOptions } from './finishedJobsPoll';

const picture: DeliveredImage = {
	index: 0,
	url: 'http://x.example/0.png',
	fileName: '0.png',
	mimeType: null,
	width: null,
	height: null,
	bytes: null,
	seed: null,
};
const iso = (time: number) => new Date(time).toISOString();
const cut = () => new ImageError('network', { message: 'cut', delivery: 'ambiguous' });

/** A job of the provider's: when it was made, from when the list shows it, when it ends. */
interface Made {
	id: string;
	createdAt: number;
	visibleAt: number;
	endsAt: number;
	status?: JobStatus;
	prompt?: string;
	/** The list shows it without its pictures. */
	bare?: boolean;
}

/** A provider whose list is paged by position, so that a row comes again where a job shows up between two pages. */
class Provider {
	now = 0;
	pageSize = 3;
	/** Time that passes between two pages. */
	pageMs = 0;
	failAfterRows = Number.POSITIVE_INFINITY;
	failPolls = false;
	readonly asked: string[][] = [];

	constructor(public made: Made[] = []) {}

	snapshot({ id, createdAt, endsAt, status = 'succeeded' }: Made) {
		const done = endsAt <= this.now;
		const snapshot = snapshotOf(id, done ? status : 'running', {
			createdAt: iso(createdAt),
			updatedAt: done ? iso(endsAt) : null,
		});
		return { ...snapshot, images: done && status === 'succeeded' ? [picture] : [] };
	}

	private visible(): Made[] {
		return this.made.filter(({ visibleAt }) => visibleAt <= this.now).sort((a, b) => b.createdAt - a.createdAt);
	}

	private async *list(): AsyncGenerator<ListedSnapshot> {
		let rows = 0;
		for (let start = 0; start < this.visible().length; start += this.pageSize) {
			const page = this.visible()
				.slice(start, start + this.pageSize)
				.map((made) => ({ made, snapshot: this.snapshot(made) }));
			for (const { made, snapshot } of page) {
				if (++rows > this.failAfterRows) throw cut();
				yield {
					snapshot: made.bare ? { ...snapshot, images: [] } : snapshot,
					request: made.prompt === undefined ? {} : { prompt: made.prompt },
				};
			}
			this.now += this.pageMs;
		}
	}

	private async poll(ids: readonly string[]): Promise<Map<string, Observation>> {
		if (this.failPolls) throw cut();
		this.asked.push([...ids]);
		return new Map(
			ids.map((id) => {
				const made = this.made.find((one) => one.id === id);
				return [
					id,
					made
						? { ok: true, snapshot: this.snapshot(made) }
						: { ok: false, error: new ImageError('notFound', { message: 'gone' }) },
				];
			}),
		);
	}

	endpoint(): ListingEndpoint {
		const session: Session = {
			submit: async () => Promise.reject(cut()),
			isNotAccepted: () => false,
			list: () => this.list(),
			poll: (ids) => this.poll(ids),
		};
		return { session, read: (call) => call(session), pollOnce: (ids) => this.poll(ids) };
	}
}

const options = (state: JobsState | null, patch: Partial<PollOptions> = {}): PollOptions => ({
	state,
	since: null,
	statuses: ['succeeded', 'partial', 'failed'],
	promptContains: '',
	most: 100,
	random: () => 0,
	hasTime: () => true,
	...patch,
});

/** One poll that hands on all it finds. */
async function poll(provider: Provider, state: JobsState | null, patch: Partial<PollOptions> = {}) {
	const result = await pollFinished(provider.endpoint(), options(state, patch));
	return {
		ids: result.finished.map(({ snapshot }) => snapshot.job.id),
		jobs: result.finished,
		truncated: result.truncated,
		state: result.after(result.finished.length).state,
	};
}

const ended = (id: string, at: number, patch: Partial<Made> = {}): Made => ({
	id,
	createdAt: at,
	visibleAt: at,
	endsAt: at,
	...patch,
});

it('at the first poll what has ended is known and what runs is followed', async () => {
	const provider = new Provider([ended('old', 1), ended('runs', 2, { endsAt: 50 })]);
	provider.now = 10;
	const first = await poll(provider, null);
	expect(first.ids).toEqual([]);
	provider.now = 60;
	provider.made.push(ended('new', 55));
	const second = await poll(provider, first.state);
	expect(second.ids).toEqual(['runs', 'new']);
	expect((await poll(provider, second.state)).ids).toEqual([]);
});

it('a look back hands on what ended since then, also in parts', async () => {
	const provider = new Provider(Array.from({ length: 10 }, (_, n) => ended(`j${n}`, n * 10)));
	provider.now = 100;
	const first = await poll(provider, null, { since: 45, most: 3 });
	expect(first.ids).toEqual(['j5', 'j6', 'j7']);
	const second = await poll(provider, first.state);
	expect(second.ids).toEqual(['j8', 'j9']);
	expect(second.state.since).toBeNull();
});

it('an open job that the list no longer shows is asked after, and not one that it shows', async () => {
	const provider = new Provider([ended('deep', 1, { endsAt: 500 }), ended('near', 1_000, { endsAt: 9_000 })]);
	provider.now = 2;
	const first = await poll(provider, null);
	provider.made.push(...Array.from({ length: 700 }, (_, n) => ended(`n${n}`, 100 + n / 10)));
	provider.now = 1_001;
	const second = await poll(provider, first.state, { most: 1_000 });
	expect(second.ids).toHaveLength(701);
	provider.made = provider.made.map((made) =>
		made.id === 'deep' ? { ...made, visibleAt: Number.POSITIVE_INFINITY } : made,
	);
	provider.made.push(ended('other', 1_002, { endsAt: 2_000 }));
	provider.asked.length = 0;
	const third = await poll(provider, { ...second.state, open: [['deep', 1], ...second.state.open] });
	expect(provider.asked).toEqual([['deep']]);
	expect(third.ids).toEqual(['deep']);
});

it('only so many are asked after in a poll, and everyone in the end', async () => {
	const provider = new Provider(
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
		const next = await poll(provider, state, { random: () => 0.6 });
		for (const id of next.ids) found.add(id);
		({ state } = next);
	}
	expect(polls).toBe(3);
	expect(provider.asked.map(({ length }) => length)).toEqual([25, 25, 25, 25, 25, 5]);
});

it('a job that the provider knows no more is not asked after again', async () => {
	const provider = new Provider([]);
	const { state } = await poll(provider, { floor: null, settled: [], open: [['gone', 1]], last: [], since: null });
	expect(state.open).toEqual([]);
});

it('a success that the list shows without pictures is looked at, and handed on with them', async () => {
	const provider = new Provider([]);
	const { state } = await poll(provider, null);
	provider.made.push(ended('a', 5, { bare: true }));
	provider.now = 6;
	const next = await poll(provider, state);
	expect(provider.asked).toEqual([['a']]);
	expect(next.jobs[0]?.snapshot.images).toHaveLength(1);
});

it('of many successes that the list tells too little of, only those whose turn it is are looked at, as long as there is time', async () => {
	const provider = new Provider([]);
	let { state } = await poll(provider, null);
	provider.made.push(...Array.from({ length: 90 }, (_, n) => ended(`j${n}`, n, { bare: true })));
	provider.now = 100;
	const found: Array<string | null> = [];
	const rounds = [{ most: 30 }, { hasTime: () => false }, {}, {}].map((patch) => async () => {
		const next = await poll(provider, state, patch);
		({ state } = next);
		found.push(...next.ids);
		expect(next.jobs.every(({ snapshot }) => snapshot.images.length === 1)).toBe(true);
		return next.ids.length;
	});
	const counts: number[] = [];
	for (const round of rounds) counts.push(await round());
	expect(counts).toEqual([30, 25, 35, 0]);
	expect(found).toEqual(provider.made.map(({ id }) => id));
	expect(provider.asked.flat()).toEqual(found);
});

it('a success that cannot be looked at now is asked after later', async () => {
	const provider = new Provider([]);
	const { state } = await poll(provider, null);
	provider.made.push(ended('a', 5, { bare: true }));
	provider.now = 6;
	const endpoint = provider.endpoint();
	const failing = {
		...endpoint,
		look: async (ids: readonly string[]) =>
			new Map(ids.map((id): [string, Observation] => [id, { ok: false, error: cut() }])),
	};
	const result = await pollFinished(failing, options(state));
	expect(result.finished).toEqual([]);
	expect((await poll(provider, result.after(0).state)).ids).toEqual(['a']);
});

it('where jobs cannot be asked after, the list alone counts', async () => {
	const provider = new Provider([]);
	const { state } = await poll(provider, null);
	provider.made.push(ended('a', 5, { bare: true }));
	provider.now = 6;
	const endpoint = provider.endpoint();
	const { poll: _none, ...session } = endpoint.session;
	const result = await pollFinished({ ...endpoint, session }, options({ ...state, open: [['b', 1]] }));
	expect(result.finished.map(({ snapshot }) => snapshot.job.id)).toEqual(['a']);
	expect(provider.asked).toEqual([]);
});

it('only the statuses and prompts of interest are handed on; the others are not followed', async () => {
	const provider = new Provider([]);
	const { state } = await poll(provider, null);
	provider.made.push(
		ended('a', 5, { status: 'canceled', prompt: 'A cat' }),
		ended('b', 5, { prompt: 'A CAT' }),
		ended('c', 5, { prompt: 'A dog' }),
		ended('d', 5),
		ended('e', 5, { prompt: 'A dog', endsAt: 99 }),
		ended('f', 5, { prompt: 'cat', endsAt: 99 }),
	);
	provider.now = 6;
	const next = await poll(provider, state, { promptContains: 'cat' });
	expect(next.ids).toEqual(['b']);
	expect(next.state.open.map(([id]) => id)).toEqual(['f']);
});

it('the newest finished job is found without a state', async () => {
	const provider = new Provider([
		ended('a', 1, { bare: true }),
		ended('b', 2, { status: 'canceled' }),
		ended('c', 3, { endsAt: 99 }),
	]);
	provider.now = 10;
	expect(
		(await newestFinished(provider.endpoint(), { statuses: ['succeeded'], promptContains: '' }))?.snapshot,
	).toMatchObject({ job: { id: 'a' }, images: [{ index: 0 }] });
	expect(await newestFinished(provider.endpoint(), { statuses: ['failed'], promptContains: '' })).toBeNull();
});

describe('whatever happens', () => {
	const usual = { ...finishedJobsLimits, ...pollLimits };
	beforeAll(() => {
		// Small enough for a run to reach them.
		Object.assign(finishedJobsLimits, { known: 20, sure: 3, windowMs: 50, quietRows: 2 });
		Object.assign(pollLimits, { asked: 2, polledAtOnce: 1 });
	});
	afterAll(() => {
		Object.assign(finishedJobsLimits, {
			known: usual.known,
			sure: usual.sure,
			windowMs: usual.windowMs,
			quietRows: usual.quietRows,
		});
		Object.assign(pollLimits, { asked: usual.asked, polledAtOnce: usual.polledAtOnce });
	});

	/** Jobs 8 ms apart, or at once with the one before; shown at most 40 ms late; a few never end. */
	const jobs = fc
		.array(
			fc.record({
				gap: fc.constantFrom(0, 8, 8, 30),
				late: fc.constantFrom(0, 0, 0, 15, 40),
				bare: fc.boolean(),
				runs: fc.oneof(
					fc.integer({ min: 0, max: 60 }),
					fc.integer({ min: 100, max: 900 }),
					fc.constant(Number.POSITIVE_INFINITY),
				),
				order: fc.nat(99),
			}),
			{ maxLength: 60 },
		)
		.map((list) => {
			let time = 0;
			let atOnce = 0;
			return list.map(({ gap, late, bare, runs, order }, n): Made => {
				atOnce = gap === 0 ? atOnce + 1 : 0;
				time += atOnce > 1 ? 8 : gap;
				return { id: `${order}-${n}`, createdAt: time, visibleAt: time + late, endsAt: time + runs, bare };
			});
		});
	const turns: fc.Arbitrary<Turn[]> = fc.array(
		fc.record({
			wait: fc.constantFrom(0, 5, 40, 200),
			most: fc.integer({ min: 1, max: 6 }),
			restart: fc.boolean(),
			dies: fc.boolean(),
			pageSize: fc.integer({ min: 1, max: 7 }),
			pageMs: fc.constantFrom(0, 0, 3),
			fails: fc.constantFrom('no', 'no', 'no', 'list', 'look'),
			hasTime: fc.boolean(),
		}),
		{ maxLength: 40 },
	);

	interface Turn {
		wait: number;
		most: number;
		restart: boolean;
		/** The process dies when the state is saved and the run is not. */
		dies: boolean;
		pageSize: number;
		pageMs: number;
		fails: string;
		hasTime: boolean;
	}

	/**
	 * Polls as n8n does: the state is in memory always, in the database at the first poll and when something was handed
	 * on.
	 */
	async function runs(
		made: Made[],
		turns: Turn[],
		start: number,
		repeats: boolean,
	): Promise<{ handedOn: string[]; due: string[] }> {
		const provider = new Provider(made);
		provider.now = start;
		let draw = 0;
		const random = () => (draw += 0.618) % 1;
		const handedOn: string[] = [];
		let memory = '';
		let saved = '';

		const once = async (
			most: number,
			{ hasTime, dies }: Pick<Turn, 'hasTime' | 'dies'> = { hasTime: true, dies: false },
		) => {
			const before = memory === '' ? null : (JSON.parse(memory) as JobsState);
			const result = await pollFinished(
				provider.endpoint(),
				options(before, { most, random, hasTime: () => hasTime }),
			);
			// Those after the first of whom something went wrong wait for the next poll.
			const count = Math.ceil(result.finished.length * ((draw += 0.3) % 1));
			memory = JSON.stringify(result.after(count).state);
			if (before === null || count > 0) saved = memory;
			if (dies) memory = JSON.stringify(takenBack(JSON.parse(saved) as JobsState));
			else for (const { snapshot } of result.finished.slice(0, count)) handedOn.push(snapshot.job.id ?? '');
			return result.finished.length;
		};
		const due = made
			.filter(({ visibleAt, endsAt }) => Number.isFinite(endsAt) && !(visibleAt <= start && endsAt <= start))
			.map(({ id }) => id);
		await once(5);
		for (const turn of turns) {
			const { wait, most, restart, pageSize, pageMs, fails, dies } = turn;
			provider.now += wait;
			if (restart) memory = repeats ? JSON.stringify(takenBack(JSON.parse(saved) as JobsState)) : saved;
			Object.assign(provider, {
				pageSize,
				pageMs,
				failAfterRows: fails === 'list' ? 2 : Number.POSITIVE_INFINITY,
				failPolls: fails === 'look',
			});
			const before = memory;
			await once(most, { ...turn, dies: dies && repeats }).catch(() => expect(memory).toBe(before));
		}
		Object.assign(provider, { pageMs: 0, failAfterRows: Number.POSITIVE_INFINITY, failPolls: false });
		provider.now += 100_000;
		for (let quiet = 0; quiet < 60; ) quiet = (await once(3)) === 0 ? quiet + 1 : 0;
		return { handedOn: handedOn.sort(), due: due.sort() };
	}

	it('every job that ends after the first poll is handed on exactly once, and no other', async () => {
		await fc.assert(
			fc.asyncProperty(jobs, turns, fc.nat(300), async (made, plan, start) => {
				const { handedOn, due } = await runs(made, plan, start, false);
				expect(handedOn).toEqual(due);
			}),
			{ numRuns: 400 },
		);
	}, 60_000);

	it('where what was handed on last is taken back at every restart, nothing is lost that died with the process', async () => {
		await fc.assert(
			fc.asyncProperty(jobs, turns, fc.nat(300), async (made, plan, start) => {
				const { handedOn, due } = await runs(made, plan, start, true);
				expect([...new Set(handedOn)]).toEqual(due);
			}),
			{ numRuns: 400 },
		);
	}, 60_000);
});
