import type { Json } from '../../memory/memory';
import { type ErrorCode, ImageError, outcomeOf } from '../../model/errors';
import { fakeEndpoint } from '../../test/support/fakeEndpoint';
import { settle, VirtualClock } from '../../test/support/virtualClock';
import type { ScopedLearned } from '../endpoint/learnedValues';
import { ejection } from './circuitBreaker';
import { PoolMember } from './poolMember';

/** A member whose breaker uses the virtual clock. */
function memberOf(
	clock = new VirtualClock(0),
	changes: Partial<PoolMember['settings']> = {},
	fake: Parameters<typeof fakeEndpoint>[0] = {},
) {
	const { endpoint } = fakeEndpoint({ clock, ...fake });
	const settings = { name: 'main', priority: 0, weight: 1, models: [], ...changes };
	return { clock, member: new PoolMember(settings, endpoint, clock) };
}

const failing =
	(code: ErrorCode, httpStatus: number | null = 503) =>
	() =>
		Promise.reject(new ImageError(code, { message: 'No', httpStatus }));

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

it('a request that fails through its own fault shows that the endpoint works', async () => {
	const { clock, member } = memberOf();
	for (let n = 0; n < 3 * ejection.after; n++)
		await outcomeOf(
			member.attempt(
				n % ejection.after === ejection.after - 1 ? failing('contentRejected', 400) : failing('overloaded'),
			),
		);
	expect(member.health(clock.now()).state).toBe('closed');
});

it('receives no other request while one finds out whether it works again', async () => {
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

it('reports until when it is not used and why, without any key', async () => {
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

describe('over a restart', () => {
	/** Saved values that are kept after the endpoints are gone. */
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
			// A probe that fails excludes the member for the next, longer time.
			await outcomeOf(member.attempt(failing('overloaded')));
			expect(member.restsUntil(clock.now()) - clock.now()).toBe(
				Math.min(ejection.coolDownMs * 2 ** coolDowns, ejection.longestCoolDownMs),
			);
		},
	);

	it.each([
		['went on', 2_000, ejection.coolDownMs - 2_000],
		['was set back by an hour', -3_600_000, ejection.coolDownMs],
		['was set forward by an hour', 3_600_000, 0],
	])('another process, while the date %s, rests for what is left of the cool-down', async (_what, ms, leftMs) => {
		const clock = new VirtualClock();
		const learned = keeper();
		await takenOut(clock, learned, 1);
		const next = new VirtualClock(70_000);
		next.setDateForward(clock.date().getTime() - next.now() + ms);
		const { member } = memberOf(next, {}, { learned });
		await settle();
		expect(member.restsUntil(next.now())).toBe(leftMs > 0 ? next.now() + leftMs : 0);
		if (leftMs > 0) expect(member.health().retryAt).toBe(new Date(next.date().getTime() + leftMs).toISOString());
	});

	it('one whose cool-down is over, or that works again, may receive requests', async () => {
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

	it('what this process has seen itself counts more than what was saved', async () => {
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
