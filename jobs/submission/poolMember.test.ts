import fc from 'fast-check';
import type { Json } from '../../memory/memory';
import { type ErrorCode, ImageError, outcomeOf } from '../../model/errors';
import { fakeEndpoint } from '../../test/support/fakeEndpoint';
import { settle, VirtualClock } from '../../test/support/virtualClock';
import type { ScopedLearned } from '../endpoint/learnedValues';
import { ejection, orderMembers, PoolMember } from './poolMember';

afterEach(() => jest.restoreAllMocks());

/** A member whose breaker reads the virtual clock. */
function memberOf(
	clock = new VirtualClock(0),
	place: Partial<PoolMember['settings']> = {},
	fake: Parameters<typeof fakeEndpoint>[0] = {},
) {
	jest.spyOn(Date, 'now').mockImplementation(() => clock.now());
	const { endpoint } = fakeEndpoint({ clock, ...fake });
	return { clock, member: new PoolMember({ name: 'main', priority: 0, weight: 1, models: [], ...place }, endpoint) };
}

const failing =
	(code: ErrorCode, httpStatus: number | null = 503) =>
	() =>
		Promise.reject(new ImageError(code, { message: 'No', httpStatus }));

/** What the breaker promises, in a few lines. */
class Model {
	private inARow = 0;
	private opened = 0;
	private openUntil: number | null = null;

	mayTry(now: number): boolean {
		return this.openUntil === null || now >= this.openUntil;
	}

	tried(now: number, fault: boolean): void {
		if (fault) {
			this.inARow++;
			if (this.openUntil !== null || this.inARow >= ejection.after)
				this.openUntil = now + Math.min(ejection.coolDownMs * 2 ** this.opened++, ejection.longestCoolDownMs);
			return;
		}
		this.inARow = 0;
		this.opened = 0;
		this.openUntil = null;
	}

	get open(): boolean {
		return this.openUntil !== null;
	}
}

it('is taken out after failures in a row, tries again after a growing pause, and is back with the first success', async () => {
	const step = fc.oneof(
		{ weight: 3, arbitrary: fc.constant('fault' as const) },
		{ weight: 2, arbitrary: fc.constant('success' as const) },
		{ weight: 3, arbitrary: fc.integer({ min: 0, max: 400_000 }) },
	);
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
			const { clock, member } = memberOf();
			const model = new Model();
			for (const step of steps) {
				if (typeof step === 'number') {
					await clock.advance(step);
					continue;
				}
				const work = jest.fn(step === 'fault' ? failing('overloaded') : () => Promise.resolve());
				await outcomeOf(member.attempt(work));
				const tried = work.mock.calls.length === 1;
				expect(tried).toBe(model.mayTry(clock.now()));
				if (tried) model.tried(clock.now(), step === 'fault');
				expect(member.health(clock.now()).state).toBe(model.open ? 'open' : 'closed');
			}
		}),
		{ numRuns: 60 },
	);
});

it.each<[string, () => Promise<never>, boolean]>([
	['a wrong key', failing('auth', 401), true],
	['too fast', failing('rateLimited', 429), true],
	['an exhausted quota', failing('quotaExceeded', 402), true],
	['a rejected prompt', failing('contentRejected', 400), false],
	['a wrong field', failing('invalidRequest', 422), false],
	[
		'our own time being up',
		() => Promise.reject(new ImageError('rateLimited', { message: 'No slot', delivery: 'notSent' })),
		false,
	],
])('%s counts against the endpoint: %s', async (_name, work, counts) => {
	const { clock, member } = memberOf();
	for (let n = 0; n < ejection.after; n++) await outcomeOf(member.attempt(work));
	expect(member.health(clock.now()).state).toBe(counts ? 'open' : 'closed');
	expect(member.restsUntil(clock.now())).toBe(counts ? clock.now() + ejection.coolDownMs : 0);
});

it('a request that is refused for its own fault shows that the endpoint is well', async () => {
	const { clock, member } = memberOf();
	for (let n = 0; n < 3 * ejection.after; n++)
		await outcomeOf(
			member.attempt(
				n % ejection.after === ejection.after - 1 ? failing('contentRejected', 400) : failing('overloaded'),
			),
		);
	expect(member.health(clock.now()).state).toBe('closed');
});

it('while one request tries whether it is back, nobody else does', async () => {
	const { clock, member } = memberOf();
	for (let n = 0; n < ejection.after; n++) await outcomeOf(member.attempt(failing('overloaded')));
	await clock.advance(ejection.coolDownMs);
	expect(member.restsUntil(clock.now())).toBe(0);
	let finish = () => {};
	const probe = member.attempt(() => new Promise<void>((resolve) => (finish = resolve)));
	await clock.advance(1);
	expect(member.health(clock.now())).toMatchObject({ state: 'probing' });
	expect(member.restsUntil(clock.now())).toBeGreaterThan(clock.now());
	finish();
	await probe;
	expect(member.health(clock.now())).toMatchObject({ state: 'closed', retryAt: null, lastError: null });
});

it('tells when it may be asked again and why it is left alone, without any key', async () => {
	const { clock, member } = memberOf();
	for (let n = 0; n < ejection.after; n++) await outcomeOf(member.attempt(failing('overloaded')));
	expect(member.health(clock.now())).toEqual({
		endpoint: 'main',
		baseUrl: 'http://fake.example',
		state: 'open',
		retryAt: new Date(ejection.coolDownMs).toISOString(),
		lastError: { code: 'overloaded', message: 'No' },
		pausedUntil: null,
		jobsInFlight: 0,
		waiting: 0,
		requestsPerMinute: null,
		maxJobsInFlight: null,
	});
	await expect(member.attempt(() => Promise.resolve())).rejects.toMatchObject({
		code: 'overloaded',
		delivery: 'notSent',
		retryAfterMs: ejection.coolDownMs,
	});
});

describe('the order', () => {
	const clock = new VirtualClock(0);
	const named = (name: string, place: Partial<PoolMember['settings']> = {}) =>
		memberOf(clock, { name, ...place }).member;
	const order = (members: PoolMember[], model?: string, key = 'k') =>
		orderMembers(members, model, key).map(({ settings: place }) => place.name);

	it('is by priority, those kept for the model first, and leaves out those kept for others', () => {
		const members = [
			named('main'),
			named('backup', { priority: 2 }),
			named('next', { priority: 1 }),
			named('pro', { priority: 5, models: ['pro', 'ultra'] }),
		];
		expect(order(members)).toEqual(['main', 'next', 'backup']);
		expect(order(members, 'pro')).toEqual(['pro', 'main', 'next', 'backup']);
		expect(order(members, 'fast')).toEqual(['main', 'next', 'backup']);
	});

	it('draws by weight within a priority, the same for the same key', () => {
		const members = [named('one'), named('three', { weight: 3 })];
		const firsts = Array.from({ length: 4_000 }, (_, n) => order(members, undefined, `key ${n}`)[0]);
		expect(firsts.filter((name) => name === 'three').length / firsts.length).toBeCloseTo(0.75, 1);
		for (let n = 0; n < 50; n++) expect(order([...members].reverse(), undefined, `key ${n}`)[0]).toBe(firsts[n]);
	});

	it('prefers a free place, but not a lower priority for it', async () => {
		const { endpoint, submit } = fakeEndpoint({ clock, jobsInFlight: 1 });
		await submit('first');
		const full = new PoolMember({ name: 'full', priority: 0, weight: 1_000, models: [] }, endpoint);
		expect(order([full, named('free')])).toEqual(['free', 'full']);
		expect(order([full, named('backup', { priority: 1 })])).toEqual(['full', 'backup']);
	});
});

describe('over a restart', () => {
	/** Values that outlive the endpoints. */
	function keeper(): ScopedLearned & { values: Record<string, Json> } {
		const values: Record<string, Json> = {};
		return {
			values,
			read: async () => ({ ...values }),
			write: (more) => void Object.assign(values, JSON.parse(JSON.stringify(more))),
			digest: (text) => text,
		};
	}

	async function takenOut(clock: VirtualClock, learned: ScopedLearned, coolDowns: number) {
		const { member } = memberOf(clock, {}, { learned });
		await settle();
		for (let n = 0; n < ejection.after - 1 + coolDowns; n++) {
			await clock.advance(Math.max(0, member.restsUntil(clock.now()) - clock.now()));
			await outcomeOf(member.attempt(failing('overloaded')));
		}
		return member;
	}

	it.each([1, 3, 9])(
		'an endpoint that was taken out stays so until its time, and no longer (cool-down %i)',
		async (coolDowns) => {
			const clock = new VirtualClock();
			const learned = keeper();
			const before = await takenOut(clock, learned, coolDowns);
			const until = before.restsUntil(clock.now());
			expect(JSON.stringify(learned.values)).not.toContain('No');
			const { member } = memberOf(clock, {}, { learned });
			await settle();
			expect(member.restsUntil(clock.now())).toBe(until);
			expect(member.health(clock.now())).toMatchObject({
				state: 'open',
				retryAt: new Date(until).toISOString(),
				lastError: { code: 'overloaded' },
			});
			await expect(member.attempt(() => Promise.resolve())).rejects.toMatchObject({
				code: 'overloaded',
				delivery: 'notSent',
			});
			await clock.advance(until - clock.now());
			expect(member.restsUntil(clock.now())).toBe(0);
			// A probe that fails takes it out for the next, longer time.
			await outcomeOf(member.attempt(failing('overloaded')));
			expect(member.restsUntil(clock.now()) - clock.now()).toBe(
				Math.min(ejection.coolDownMs * 2 ** coolDowns, ejection.longestCoolDownMs),
			);
		},
	);

	it('one whose time has passed, or that came back, may be asked', async () => {
		const clock = new VirtualClock();
		const learned = keeper();
		const before = await takenOut(clock, learned, 1);
		await clock.advance(ejection.coolDownMs);
		const later = memberOf(clock, {}, { learned }).member;
		await settle();
		expect(later.health(clock.now()).state).toBe('closed');
		await before.attempt(() => Promise.resolve());
		expect(learned.values['breaker']).toBeNull();
	});

	it('what this process has seen itself stands above what was kept', async () => {
		const clock = new VirtualClock();
		const learned = keeper();
		await takenOut(clock, learned, 1);
		let deliver: () => void = () => undefined;
		const late = {
			...learned,
			read: () =>
				new Promise<Record<string, Json>>((resolve) => (deliver = () => resolve({ ...learned.values }))),
		};
		const { member } = memberOf(clock, {}, { learned: late });
		await member.attempt(() => Promise.resolve());
		deliver();
		await settle();
		expect(member.restsUntil(clock.now())).toBe(0);
	});
});
