import { ImageError, outcomeOf } from '../../model/errors';
import { fakeEndpoint, snapshotOf } from '../../test/support/fakeEndpoint';
import { choiceOf, makingOver, memoryInProcess, type MakeMore } from '../../test/support/makeAt';
import { settle, at } from '../../test/support/virtualClock';
import { inMs } from '../runtime/clock';

const request = { prompt: 'A cat', count: 1 };
const lost = () => new ImageError('network', { message: 'Reset', delivery: 'ambiguous' });
const tooFast = () => new ImageError('rateLimited', { message: 'Slow down', httpStatus: 429 });

/** One endpoint, and the journal for its jobs. */
function bench(fake: Parameters<typeof fakeEndpoint>[0] = {}) {
	const made = fakeEndpoint(fake);
	const { clock, endpoint } = made;
	const memory = memoryInProcess(clock);
	const making = makingOver(memory, clock);
	const make = (key = 'key', options: MakeMore = {}, patch: Partial<typeof request> = {}) =>
		outcomeOf(making([choiceOf(endpoint, { ...request, ...patch })], key, options));
	const records = () => memory.journal.list({ credentialIds: ['credential'], limit: 10 });
	return { ...made, memory, make, records };
}

it('records a job that runs before it is sent, and as accepted', async () => {
	const { clock, endpoint, make, records } = bench();
	const { submit } = endpoint.session;
	let before: unknown;
	endpoint.session.submit = (sent, options) =>
		submit(sent, {
			...options,
			paid: (part, call, idOf) =>
				options.paid(
					part,
					async () => {
						const answer = await call();
						before = (await records())[0];
						return answer;
					},
					idOf,
				),
		});
	clock.jump(5_000);
	const result = await clock.until(make());
	expect(before).toMatchObject({ state: 'sent', requests: [{ part: 0, outcome: 'sent', providerId: null }] });
	// The provider does not say when the job was made.
	const createdAt = new Date(clock.now()).toISOString();
	expect(result).toMatchObject({ ok: true, value: { snapshot: { job: { id: 'job-1', createdAt } } } });
	expect(await records()).toMatchObject([
		{
			key: 'key',
			wireKey: 'key',
			state: 'accepted',
			snapshot: { job: { id: 'job-1', status: 'queued', createdAt } },
			requests: [{ part: 0, outcome: 'accepted', providerId: 'job-1', sentAt: clock.now() }],
			cost: { images: 1, usd: null },
		},
	]);
});

it('does not lose a job that was accepted if the submit fails after it: the next attempt gives it', async () => {
	const { clock, endpoint, make, records } = bench();
	const { submit } = endpoint.session;
	let isBroken = true;
	let sent = 0;
	endpoint.session.submit = async (request, options) => {
		const snapshot = options.made.has(0) ? snapshotOf('job-1', 'running') : await submit(request, options);
		if (!options.made.has(0)) sent++;
		if (isBroken) throw new ImageError('invalidRequest', { message: 'Not found', httpStatus: 404 });
		return snapshot;
	};
	expect(await clock.until(make())).toMatchObject({ ok: false, error: { outcome: 'unknown' } });
	expect(await records()).toMatchObject([
		{ state: 'unknown', deliveredAt: null, requests: [{ outcome: 'accepted', providerId: 'job-1' }] },
	]);
	isBroken = false;
	expect(await clock.until(make())).toMatchObject({ ok: true, value: { snapshot: { job: { id: 'job-1' } } } });
	expect(await records()).toMatchObject([{ state: 'accepted', snapshot: { job: { id: 'job-1' } } }]);
	expect(sent).toBe(1);
});

it('keeps the time that the provider names', async () => {
	const { clock, endpoint, make } = bench();
	const { submit } = endpoint.session;
	const createdAt = '2020-01-01T00:00:00.000Z';
	endpoint.session.submit = async (sent, options) => {
		const snapshot = await submit(sent, options);
		return { ...snapshot, job: { ...snapshot.job, createdAt } };
	};
	expect(await clock.until(make())).toMatchObject({ value: { snapshot: { job: { createdAt } } } });
});

it('records a job that has ended in its answer as ended, and holds no slot for it', async () => {
	const { clock, endpoint, make, records } = bench({ jobMs: 0, jobsInFlight: 1 });
	await clock.until(make());
	expect(await records()).toMatchObject([{ state: 'ended', snapshot: { job: { status: 'succeeded' } } }]);
	expect(endpoint.slots.inFlight).toBe(0);
});

it('holds a slot for a job that runs, until its end is seen', async () => {
	const { clock, endpoint, make } = bench({ jobsInFlight: 1, jobMs: 10_000 });
	await clock.until(make('a'));
	expect(endpoint.slots.inFlight).toBe(1);
	const second = make('b', { deadline: inMs(clock, 60_000) });
	await clock.advance(9_000);
	expect(endpoint.slots.waiting).toBe(1);
	expect(await clock.until(second)).toMatchObject({ ok: true, value: { snapshot: { job: { id: 'job-2' } } } });
});

it.each<[string, ImageError, object]>([
	[
		'is not accepted',
		new ImageError('invalidRequest', { message: 'Bad size', hint: 'Choose another', httpStatus: 422 }),
		{
			state: 'notAccepted',
			error: { code: 'invalidRequest', message: 'Bad size' },
			requests: [{ outcome: 'notAccepted' }],
		},
	],
	[
		'has an unknown outcome',
		new ImageError('upstream', { message: 'Oops', httpStatus: 500 }),
		{ state: 'unknown', error: { code: 'upstream', outcome: 'unknown' }, requests: [{ outcome: 'unknown' }] },
	],
])('a job that %s is recorded so, once sent, and frees its slot', async (_what, error, record) => {
	const { clock, endpoint, make, records, submits } = bench({
		errorAnswers: [error],
		can: { idempotency: 'none' },
		jobsInFlight: 1,
	});
	expect(await clock.until(make())).toMatchObject({ ok: false, error: { code: error.code } });
	expect(await records()).toMatchObject([record]);
	expect([submits.length, endpoint.slots.inFlight]).toEqual([1, 0]);
});

it('a request that the provider cannot do is not sent, and leaves no record', async () => {
	const { clock, make, records, submits } = bench();
	expect(await clock.until(make('key', {}, { count: 1_000 }))).toMatchObject({
		ok: false,
		error: { code: 'invalidRequest', delivery: 'notSent' },
	});
	expect([submits.length, (await records()).length]).toEqual([0, 0]);
});

it('repeats a temporary rejection under the same key until the deadline', async () => {
	const { clock, make, submits } = bench({ errorAnswers: [tooFast(), tooFast()], can: { idempotency: 'none' } });
	expect(await clock.until(make())).toMatchObject({ ok: true });
	expect(submits.map(({ key }) => key)).toEqual(['key', 'key', 'key']);
	const never = bench({ errorAnswers: Array.from({ length: 500 }, tooFast), can: { idempotency: 'none' } });
	const result = await never.clock.until(never.make('key', { deadline: at(60_000) }));
	expect(result).toMatchObject({ ok: false, error: { code: 'rateLimited', message: 'Slow down' } });
	expect(never.clock.now()).toBeLessThanOrEqual(60_000);
	expect(await never.records()).toMatchObject([{ state: 'notAccepted' }]);
});

it('repeats a lost answer under a native key alone', async () => {
	const native = bench({ errorAnswers: [lost()], can: { idempotency: 'native' } });
	expect(await native.clock.until(native.make())).toMatchObject({ ok: true });
	expect(native.submits.map(({ key }) => key)).toEqual(['key', 'key']);
	const none = bench({ errorAnswers: [lost()], can: { idempotency: 'none' } });
	expect(await none.clock.until(none.make())).toMatchObject({
		ok: false,
		error: { code: 'network', outcome: 'unknown', retryable: false },
	});
	expect(none.submits).toHaveLength(1);
});

it('looks a lost job up before it is made again', async () => {
	const found = bench({
		errorAnswers: [lost()],
		looksUp: true,
		acceptsUnanswered: true,
		can: { idempotency: 'lookup' },
	});
	expect(await found.clock.until(found.make())).toMatchObject({ value: { snapshot: { job: { id: 'job-1' } } } });
	expect([found.submits.length, found.log.lookUps]).toEqual([1, 1]);
	expect(await found.records()).toMatchObject([{ state: 'accepted', requests: [{ outcome: 'accepted' }] }]);
	const gone = bench({ errorAnswers: [lost()], looksUp: true, can: { idempotency: 'lookup' } });
	expect(await gone.clock.until(gone.make())).toMatchObject({ ok: true });
	expect([gone.submits.length, gone.log.lookUps]).toEqual([2, 1]);
});

it('never sends what was sent by an earlier attempt where nothing can settle it', async () => {
	const { clock, make, submits, records } = bench({ errorAnswers: [lost()], can: { idempotency: 'none' } });
	await clock.until(make());
	expect(await clock.until(make())).toMatchObject({
		ok: false,
		error: {
			code: 'conflict',
			outcome: 'unknown',
			delivery: 'notSent',
			hint: expect.stringContaining('Image Jobs') as string,
		},
	});
	expect(submits).toHaveLength(1);
	expect(await records()).toMatchObject([{ state: 'unknown' }]);
});

it('if no slot becomes free in time, the error names the limit; nothing was sent', async () => {
	const { clock, make, submits, records } = bench({ jobsInFlight: 1, jobMs: 600_000 });
	await clock.until(make('a'));
	expect(await clock.until(make('b', { deadline: inMs(clock, 30_000) }))).toMatchObject({
		ok: false,
		error: {
			code: 'rateLimited',
			delivery: 'notSent',
			message: expect.stringContaining('1 are in flight') as string,
			hint: expect.stringContaining('"Jobs in Flight"') as string,
		},
	});
	expect(clock.now()).toBe(30_000);
	expect(submits).toHaveLength(1);
	expect(await records()).toHaveLength(1);
});

it('if pacing delays the request too long, the error names the limit; nothing was sent', async () => {
	const { clock, endpoint, make, submits } = bench({ requestsPerMinute: 1 });
	await clock.until(make('a'));
	const second = await clock.until(make('b', { deadline: inMs(clock, 30_000) }));
	expect(second).toMatchObject({
		ok: false,
		error: {
			code: 'rateLimited',
			delivery: 'notSent',
			message: expect.stringContaining('allows 1 requests a minute') as string,
			hint: expect.stringContaining('"Requests per Minute"') as string,
		},
	});
	expect(submits).toHaveLength(1);
	expect(endpoint.slots.inFlight).toBeLessThanOrEqual(1);
});

it('a stop while it waits for a slot sends nothing', async () => {
	const { clock, make, submits, records } = bench({ jobsInFlight: 1, jobMs: 600_000 });
	await clock.until(make('a'));
	const stop = new AbortController();
	const second = make('b', { signal: stop.signal });
	await settle();
	stop.abort();
	expect(await clock.until(second)).toMatchObject({ ok: false, error: { code: 'canceled' } });
	expect(submits).toHaveLength(1);
	expect(await records()).toHaveLength(1);
});

it('what was accepted and then fails to be read is over and counts: it may be paid', async () => {
	const { clock, endpoint, make, records } = bench({ jobsInFlight: 1 });
	const { submit } = endpoint.session;
	endpoint.session.submit = async (sent, options) => {
		await submit(sent, {
			...options,
			paid: (part, call) => options.paid(part, call, () => null),
		}).catch(() => undefined);
		throw new ImageError('malformedResponse', { message: 'Nothing inside', retryable: false });
	};
	expect(await clock.until(make())).toMatchObject({ ok: false, error: { code: 'malformedResponse' } });
	expect(await records()).toMatchObject([
		{
			state: 'ended',
			snapshot: {
				job: {
					provider: 'fake',
					id: null,
					status: 'failed',
					completed: 0,
					error: { code: 'malformedResponse' },
				},
				images: [],
			},
			requests: [{ outcome: 'accepted' }],
			cost: { images: 1 },
		},
	]);
	expect(endpoint.slots.inFlight).toBe(0);
});

it('a job that was made without a paid request is an error of ours', async () => {
	const { clock, endpoint, make } = bench();
	endpoint.session.submit = async () => snapshotOf('free', 'queued');
	expect(await clock.until(make())).toMatchObject({
		ok: false,
		error: { code: 'upstream', retryable: false, message: expect.stringContaining('cost money') as string },
	});
});

it('under a key of the user, a provider that finds jobs by key is asked first', async () => {
	const { clock, endpoint, make, submits, records, log } = bench({ looksUp: true, can: { idempotency: 'lookup' } });
	const { lookUp } = endpoint.session;
	const calls: unknown[] = [];
	Object.assign(endpoint.session, {
		looksUpByKey: true,
		lookUp: async (...args: Parameters<NonNullable<typeof lookUp>>) => {
			calls.push(args[1]);
			await lookUp?.(...args);
			return { found: new Map([[0, 'old']]), conclusive: true };
		},
	});
	const own = { wanted: { isOwnKey: true } };
	const { submit } = endpoint.session;
	endpoint.session.submit = async (sent, options) => await submit(sent, options);
	expect(await clock.until(make('mine', own))).toMatchObject({
		ok: true,
		value: { snapshot: { job: { id: 'old' } } },
	});
	expect([submits.length, log.lookUps]).toEqual([0, 1]);
	expect(calls).toMatchObject([
		{ idempotencyKey: 'mine', parts: [0], quietMs: Number.POSITIVE_INFINITY, timedOut: false },
	]);
	expect(await records()).toMatchObject([
		{ state: 'accepted', requests: [{ outcome: 'accepted', providerId: 'old' }] },
	]);
});

it("a key that is not the user's is not looked up first", async () => {
	const { clock, endpoint, make, submits, log } = bench({ looksUp: true, can: { idempotency: 'lookup' } });
	Object.assign(endpoint.session, { looksUpByKey: true });
	await clock.until(make());
	expect([submits.length, log.lookUps]).toEqual([1, 0]);
});

it('a look-up that the provider does not accept ends the submit, and the outcome stays unknown', async () => {
	const { clock, endpoint, make, submits, records } = bench({
		errorAnswers: [lost()],
		looksUp: true,
		can: { idempotency: 'lookup' },
	});
	let lookUps = 0;
	endpoint.session.lookUp = async () => {
		lookUps++;
		throw new ImageError('auth', { message: 'Unknown key', httpStatus: 401 });
	};
	const result = await clock.until(make('key', { deadline: at(600_000) }));
	expect(result).toMatchObject({ ok: false, error: { code: 'auth', outcome: 'unknown', retryable: false } });
	expect(submits).toHaveLength(1);
	// One look-up per attempt, and no repeats until the deadline.
	expect(lookUps).toBeLessThanOrEqual(3);
	expect(await records()).toMatchObject([{ state: 'unknown' }]);
});

it('two lost requests that a look-up could take for one another are looked up one after the other', async () => {
	const { clock, endpoint, make } = bench({
		errorAnswers: [lost(), lost()],
		looksUp: true,
		acceptsUnanswered: true,
		can: { idempotency: 'lookup' },
	});
	const { lookUp } = endpoint.session;
	let running = 0;
	let most = 0;
	endpoint.session.lookUp = async (...args) => {
		most = Math.max(most, ++running);
		await clock.sleep(500);
		running--;
		return (await lookUp?.(...args)) ?? { found: new Map(), conclusive: true };
	};
	const results = await clock.until(Promise.all([make('a'), make('b')]));
	expect(results.map((result) => result.ok && result.value.snapshot.job.id)).toEqual(['job-1', 'job-2']);
	expect(most).toBe(1);
});
