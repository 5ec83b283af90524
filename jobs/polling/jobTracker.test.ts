import { ImageError } from '../../model/errors';
import type { Job, JobSnapshot, JobStatus } from '../../model/job';
import type { Observation } from '../../providers/provider';
import { settle, VirtualClock } from '../../test/support/virtualClock';
import { Poller } from './jobTracker';

const snapshot = (id: string, status: JobStatus, patch: Partial<Job> = {}): JobSnapshot => ({
	job: {
		provider: 'p',
		id,
		status,
		progress: null,
		total: null,
		completed: status === 'succeeded' ? 1 : null,
		error: null,
		idempotencyKey: null,
		createdAt: null,
		updatedAt: null,
		...patch,
	},
	images: [],
	raw: null,
});
const seen = (id: string, status: JobStatus): Observation => ({ ok: true, snapshot: snapshot(id, status) });

/** A watcher over jobs that end at given times; `answer` may say otherwise. */
function watch({
	bulk = true,
	endsAt = {},
	answer,
}: {
	bulk?: boolean;
	endsAt?: Record<string, number>;
	answer?: (id: string, look: number) => Observation | ImageError | undefined;
} = {}) {
	const clock = new VirtualClock(0);
	const looks: Array<{ at: number; ids: string[]; signal: AbortSignal }> = [];
	const ends: string[] = [];
	const poller = new Poller({
		bulk,
		floorMs: 500,
		clock,
		random: () => 0.5,
		onEnd: (id) => ends.push(id),
		poll: async (ids, signal) => {
			looks.push({ at: clock.now(), ids: [...ids], signal });
			const found = new Map<string, Observation>();
			for (const id of ids) {
				const special = answer?.(id, looks.length);
				if (special instanceof ImageError) throw special;
				found.set(
					id,
					special ??
						seen(id, clock.now() >= (endsAt[id] ?? Number.POSITIVE_INFINITY) ? 'succeeded' : 'running'),
				);
			}
			return found;
		},
	});
	return { clock, looks, ends, poller: poller };
}

const forever = { deadline: Number.POSITIVE_INFINITY };

it('one loop asks for everyone together, and each is told of its own end', async () => {
	const { clock, looks, ends, poller: poller } = watch({ endsAt: { a: 3_000, b: 3_000, c: 9_000 } });
	const all = Promise.all(['a', 'b', 'c'].map((id) => poller.wait(id, forever)));
	const results = await clock.until(all);
	expect(results.map((result) => result.ended && result.snapshot.job.status)).toEqual([
		'succeeded',
		'succeeded',
		'succeeded',
	]);
	expect(looks[0]?.ids).toEqual(['a', 'b', 'c']);
	expect(ends).toEqual(['a', 'b', 'c']);
	expect(looks.length).toBeLessThan(20);
});

it('several who wait for one job share its looks', async () => {
	const { clock, looks, poller: poller } = watch({ endsAt: { a: 2_000 } });
	await clock.until(Promise.all([poller.wait('a', forever), poller.wait('a', forever)]));
	expect(looks.every(({ ids }) => ids.length === 1)).toBe(true);
});

it('a job that has ended is never asked after again', async () => {
	const { clock, looks, poller: poller } = watch({ endsAt: { a: 1_000, b: 30_000 } });
	await clock.until(Promise.all([poller.wait('a', forever), poller.wait('b', forever)]));
	const end = looks.findIndex(({ at }) => at >= 1_000);
	expect(looks.slice(end + 1).every(({ ids }) => !ids.includes('a'))).toBe(true);
});

it('looks come rarer the longer a job runs, and the last is not long after its end', async () => {
	const { clock, looks, poller: poller } = watch({ endsAt: { a: 60_000 } });
	await clock.until(poller.wait('a', forever));
	expect(looks.length).toBeLessThan(40);
	expect(clock.now() - 60_000).toBeLessThanOrEqual(60_000 * 0.14);
});

it('time being up is no error: the wait gives what is known', async () => {
	const { clock, poller: poller } = watch();
	const result = await clock.until(poller.wait('a', { deadline: 5_000 }));
	expect(result).toMatchObject({ ended: false, snapshot: { job: { status: 'running' } }, error: null });
	expect(clock.now()).toBe(5_000);
});

it('time is up on time even while the provider does not answer', async () => {
	const clock = new VirtualClock(0);
	let signal: AbortSignal | undefined;
	const poller = new Poller({
		bulk: true,
		floorMs: 500,
		clock,
		random: () => 0.5,
		onEnd: () => undefined,
		poll: (_ids, given) => {
			signal = given;
			return new Promise<never>((_resolve, reject) =>
				given.addEventListener('abort', () => reject(new ImageError('canceled', { message: 'dropped' }))),
			);
		},
	});
	await expect(clock.until(poller.wait('a', { deadline: 5_000 }))).resolves.toMatchObject({ ended: false });
	expect(clock.now()).toBe(5_000);
	expect(signal?.aborted).toBe(true);
});

it('who joins while the provider does not answer leaves on his own time', async () => {
	const clock = new VirtualClock(0);
	const poller = new Poller({
		bulk: true,
		floorMs: 500,
		clock,
		random: () => 0.5,
		onEnd: () => undefined,
		poll: () => new Promise<never>(() => undefined),
	});
	void poller.wait('a', forever);
	void poller.wait('b', { deadline: 300_000 });
	await clock.advance(2_000);
	await expect(clock.until(poller.wait('c', { deadline: 5_000 }))).resolves.toMatchObject({ ended: false });
	expect(clock.now()).toBe(5_000);
});

it('who stops waiting is told at once, and a request nobody wants any more is dropped', async () => {
	const never = new Promise<never>(() => undefined);
	const clock = new VirtualClock(0);
	let signal: AbortSignal | undefined;
	const poller = new Poller({
		bulk: true,
		floorMs: 500,
		clock,
		random: () => 0.5,
		onEnd: () => undefined,
		poll: (_ids, given) => {
			signal = given;
			return never;
		},
	});
	const stop = new AbortController();
	const result = poller.wait('a', { ...forever, signal: stop.signal });
	await clock.advance(1_000);
	expect(signal?.aborted).toBe(false);
	stop.abort();
	await expect(result).rejects.toMatchObject({ code: 'canceled' });
	expect(signal?.aborted).toBe(true);
});

it("an outage is nobody's error: pauses grow, and it goes on when the provider is back", async () => {
	const {
		clock,
		looks,
		poller: poller,
	} = watch({
		endsAt: { a: 0 },
		answer: (_id, look) => (look <= 4 ? new ImageError('network', { message: 'cut' }) : undefined),
	});
	await expect(clock.until(poller.wait('a', forever))).resolves.toMatchObject({ ended: true });
	const gaps = looks.slice(1).map(({ at }, index) => at - (looks[index]?.at ?? 0));
	expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
	expect(looks).toHaveLength(5);
});

it('an outage that outlasts the deadline comes along as the reason', async () => {
	const { clock, poller: poller } = watch({ answer: () => new ImageError('network', { message: 'cut' }) });
	await expect(clock.until(poller.wait('a', { deadline: 20_000 }))).resolves.toMatchObject({
		ended: false,
		error: { code: 'network' },
	});
});

it('a refused key is told to everyone at once', async () => {
	const { clock, looks, poller: poller } = watch({ answer: () => new ImageError('auth', { message: '401' }) });
	const results = await clock.until(Promise.allSettled([poller.wait('a', forever), poller.wait('b', forever)]));
	expect(results.map((result) => result.status === 'rejected' && (result.reason as ImageError).code)).toEqual([
		'auth',
		'auth',
	]);
	expect(looks).toHaveLength(1);
});

it('an unknown job is told to whoever waits for it and to nobody else, and holds no slot', async () => {
	const {
		clock,
		ends,
		poller: poller,
	} = watch({
		endsAt: { b: 2_000 },
		answer: (id) => (id === 'a' ? { ok: false, error: new ImageError('notFound', { message: '404' }) } : undefined),
	});
	const results = await clock.until(Promise.allSettled([poller.wait('a', forever), poller.wait('b', forever)]));
	expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
	expect(ends).toEqual(['a', 'b']);
});

it('a spoilt answer about a job is put up with for a while, then told', async () => {
	const spoilt: Observation = { ok: false, error: new ImageError('malformedResponse', { message: 'no JSON' }) };
	const passing = watch({ endsAt: { a: 0 }, answer: (_id, look) => (look <= 3 ? spoilt : undefined) });
	await expect(passing.clock.until(passing.poller.wait('a', forever))).resolves.toMatchObject({ ended: true });
	const lasting = watch({ answer: () => spoilt });
	await expect(lasting.clock.until(lasting.poller.wait('a', forever))).rejects.toMatchObject({
		code: 'malformedResponse',
	});
	expect(lasting.looks).toHaveLength(5);
});

it('a job that cannot be reached while others can is waited for with patience', async () => {
	const busy: Observation = { ok: false, error: new ImageError('overloaded', { message: '503' }) };
	const { clock, poller: poller } = watch({
		endsAt: { a: 0, b: 30_000 },
		answer: (id, look) => (id === 'a' && look <= 12 ? busy : undefined),
	});
	const [a] = await clock.until(Promise.all([poller.wait('a', forever), poller.wait('b', forever)]));
	expect(a).toMatchObject({ ended: true });
});

it('what someone else learned of a job wakes whoever waits for it', async () => {
	const { clock, poller: poller } = watch();
	const result = poller.wait('a', forever);
	await clock.advance(1_000);
	poller.observe(snapshot('a', 'succeeded'));
	await expect(result).resolves.toMatchObject({ ended: true, snapshot: { job: { status: 'succeeded' } } });
});

it('nothing is asked while nobody waits, and the loop begins again when somebody does', async () => {
	const { clock, looks, poller: poller } = watch({ endsAt: { a: 1_000, b: 100_000 } });
	await clock.until(poller.wait('a', forever));
	const before = looks.length;
	await clock.advance(50_000);
	await settle();
	expect(looks).toHaveLength(before);
	await clock.until(poller.wait('b', forever));
	expect(looks.length).toBeGreaterThan(before);
});

it('a job that was just made is left alone for a moment, one of unknown age is looked at once', async () => {
	const fresh = watch({ endsAt: { a: 0 } });
	await fresh.clock.until(
		fresh.poller.wait('a', {
			...forever,
			known: snapshot('a', 'queued', { createdAt: new Date(0).toISOString() }),
		}),
	);
	expect(fresh.looks[0]?.at).toBe(500);
	const old = watch({ endsAt: { a: 0 } });
	await old.clock.until(old.poller.wait('a', { ...forever, known: snapshot('a', 'queued') }));
	expect(old.looks[0]?.at).toBe(0);
});

it('a joiner who knows more than the loop is believed, one who knows less is not', async () => {
	const { clock, poller: poller } = watch();
	const waits = [
		poller.wait('a', { deadline: 4_000 }),
		poller.wait('a', {
			deadline: 4_000,
			known: snapshot('a', 'running', { total: 4, createdAt: '2026-01-01T00:00:00.000Z' }),
		}),
		poller.wait('a', { deadline: 4_000, known: snapshot('a', 'queued') }),
	];
	for (const result of await clock.until(Promise.all(waits)))
		expect(result).toMatchObject({
			ended: false,
			snapshot: { job: { status: 'running', total: 4, createdAt: '2026-01-01T00:00:00.000Z' } },
		});
});

it('an end that nobody waits for is told to the slots, a beginning is not', () => {
	const { ends, poller: poller } = watch();
	poller.observe(snapshot('x', 'running'));
	poller.observe(snapshot('x', 'failed'));
	expect(ends).toEqual(['x']);
});

it('one of several who stops leaves the others their look', async () => {
	const clock = new VirtualClock(0);
	let signal: AbortSignal | undefined;
	const poller = new Poller({
		bulk: true,
		floorMs: 500,
		clock,
		random: () => 0.5,
		onEnd: () => undefined,
		poll: (_ids, given) => {
			signal = given;
			return new Promise<never>(() => undefined);
		},
	});
	const stops = [new AbortController(), new AbortController(), new AbortController()];
	const waits = [
		poller.wait('a', { ...forever, signal: stops[0]?.signal }),
		poller.wait('a', { ...forever, signal: stops[1]?.signal }),
		poller.wait('b', { ...forever, signal: stops[2]?.signal }),
	];
	await clock.advance(600);
	for (const [n, stop] of stops.entries()) {
		expect(signal?.aborted).toBe(false);
		stop.abort();
		await expect(waits[n]).rejects.toMatchObject({ code: 'canceled' });
	}
	expect(signal?.aborted).toBe(true);
});

it('where each job costs a request, only those that are due are asked after', async () => {
	const { clock, looks, poller: poller } = watch({ bulk: false, endsAt: { old: 200_000, young: 200_000 } });
	void poller.wait('old', forever);
	await clock.advance(100_000);
	const before = looks.length;
	void poller.wait('young', forever);
	await clock.advance(3_000);
	expect(looks.slice(before).filter(({ ids }) => ids.includes('young')).length).toBeGreaterThan(
		looks.slice(before).filter(({ ids }) => ids.includes('old')).length,
	);
});

it('a provider that says nothing of a job is asked again at its pace', async () => {
	const clock = new VirtualClock(0);
	let polls = 0;
	const poller = new Poller({
		bulk: true,
		floorMs: 500,
		clock,
		random: () => 0.5,
		onEnd: () => undefined,
		poll: async () => {
			polls++;
			return new Map();
		},
	});
	await expect(clock.until(poller.wait('a', { deadline: 10_000 }))).resolves.toMatchObject({
		ended: false,
		snapshot: null,
		error: { code: 'timeout', retryable: true },
	});
	expect(polls).toBeLessThanOrEqual(20);
});
