import { AsyncLocalStorage } from 'node:async_hooks';
import { ImageError, outcomeOf } from '../../model/errors';
import type { LookUpCall } from '../../providers/provider';
import { fakeEndpoint } from '../../test/support/fakeEndpoint';
import { choiceOf, makingOver, memoryInProcess, type MakeMore } from '../../test/support/makeAt';
import { charges } from '../endpoint/charge';
import { lookUpMs } from './lookUp';
import { at } from '../../test/support/virtualClock';

const request = { prompt: 'A cat', count: 1 };
const reset = new ImageError('network', { message: 'Reset', delivery: 'ambiguous' });
const timeout = new ImageError('timeout', { message: 'No answer', delivery: 'ambiguous' });
const serverError = new ImageError('upstream', { message: 'Oops', httpStatus: 500 });

/** One endpoint with a look-up, whose calls are kept, and the journal of its jobs. */
function bench(fake: Parameters<typeof fakeEndpoint>[0] = {}) {
	const made = fakeEndpoint({ looksUp: true, can: { idempotency: 'lookup' }, ...fake });
	const { clock, endpoint } = made;
	const memory = memoryInProcess(clock);
	const making = makingOver(memory, clock);
	const calls: LookUpCall[] = [];
	const { lookUp } = endpoint.session;
	const answers = { lookUp };
	if (lookUp)
		endpoint.session.lookUp = async (sent, call) => {
			calls.push(call);
			return (await answers.lookUp?.(sent, call)) ?? { found: new Map(), conclusive: true };
		};
	const make = (key: string, options: MakeMore = {}, prompt = request.prompt) =>
		clock.until(outcomeOf(making([choiceOf(endpoint, { ...request, prompt })], key, options)));
	const records = () => memory.journal.list({ credentialIds: ['credential'], limit: 10 });
	return { ...made, make, records, calls, answers };
}

it.each([
	['a reset connection', reset, false],
	['a time-out', timeout, true],
	['an error of the server', serverError, false],
])('a look-up after %s receives whether the pack stopped waiting', async (_what, error, timedOut) => {
	const { make, calls } = bench({ errorAnswers: [error] });
	expect(await make('key')).toMatchObject({ ok: true });
	expect(calls).toMatchObject([{ timedOut, parts: [0], since: 0 }]);
});

it('a look-up by a later process counts the quiet time from the request, which may still be under way', async () => {
	const { clock, make, calls, answers } = bench({ errorAnswers: [reset] });
	const { lookUp } = answers;
	answers.lookUp = async () => {
		throw new ImageError('auth', { message: 'Unknown key' });
	};
	await make('key');
	answers.lookUp = lookUp;
	await clock.advance(500_000);
	calls.length = 0;
	const startedAt = clock.now();
	expect(await make('key')).toMatchObject({ ok: true });
	expect(calls).toMatchObject([{ timedOut: true, since: 0 }]);
	expect(calls[0]?.quietMs).toBeGreaterThanOrEqual(startedAt);
	expect(calls[0]?.quietMs).toBeLessThanOrEqual(clock.now());
});

it('the quiet time of a later request begins when its answer was lost', async () => {
	const { clock, make, calls } = bench({ errorAnswers: [reset] });
	await clock.advance(500_000);
	const lostAt = clock.now();
	expect(await make('key')).toMatchObject({ ok: true });
	expect(calls).toMatchObject([{ since: lostAt }]);
	expect(calls[0]?.quietMs).toBeGreaterThan(0);
	expect(calls[0]?.quietMs).toBeLessThan(10_000);
});

it('what a look-up certainly does not find was not accepted, and the repeat is a request of its own', async () => {
	const { make, records, submits } = bench({ errorAnswers: [reset] });
	await make('key');
	expect(submits).toHaveLength(2);
	expect(await records()).toMatchObject([
		{
			state: 'accepted',
			requests: [
				{ outcome: 'notAccepted', providerId: null },
				{ outcome: 'accepted', providerId: 'job-1' },
			],
		},
	]);
});

it('look-ups that are never conclusive end after their own time, and nothing is sent again', async () => {
	const { clock, make, records, submits, calls, answers } = bench({ errorAnswers: [reset] });
	answers.lookUp = async () => ({ found: new Map(), conclusive: false, reason: 'two jobs fit' });
	const result = await make('key', { deadline: at(600_000) });
	expect(result).toMatchObject({
		ok: false,
		error: { code: 'timeout', outcome: 'unknown', message: expect.stringContaining('two jobs fit') as string },
	});
	expect(clock.now()).toBeGreaterThanOrEqual(lookUpMs);
	expect(clock.now()).toBeLessThan(lookUpMs + 20_000);
	expect(submits).toHaveLength(1);
	expect(calls.length).toBeGreaterThan(3);
	expect(await records()).toMatchObject([{ state: 'unknown', requests: [{ outcome: 'unknown' }] }]);
});

it.each([
	['is not sent again: a look-up by the request would not find it', false],
	['is looked up under its key', true],
])('if the request under a key of the user has changed, an earlier attempt %s', async (_what, looksUpByKey) => {
	const { endpoint, make, submits, calls, answers } = bench({ errorAnswers: [reset], acceptsUnanswered: true });
	const { lookUp } = answers;
	answers.lookUp = async () => {
		throw new ImageError('auth', { message: 'Unknown key' });
	};
	const own = { wanted: { isOwnKey: true } };
	await make('key', own);
	answers.lookUp = lookUp;
	calls.length = 0;
	Object.assign(endpoint.session, { looksUpByKey });
	expect(await make('key', own, 'A dog')).toMatchObject(
		looksUpByKey
			? { ok: true, value: { snapshot: { job: { id: 'job-1' } } } }
			: { ok: false, error: { code: 'conflict', outcome: 'unknown', delivery: 'notSent' } },
	);
	expect([submits.length, calls.length]).toEqual([1, looksUpByKey ? 1 : 0]);
});

it.each([
	['lookup', 'can', true],
	['native', 'can', true],
	['none', 'cannot', false],
] as const)(
	'with "%s" a request %s use an idle connection: a reset of it leaves the outcome unknown',
	async (idempotency, _can, may) => {
		const { endpoint, make } = bench({ can: { idempotency } });
		const { submit } = endpoint.session;
		const seen: unknown[] = [];
		endpoint.session.submit = async (sent, options) =>
			await submit(sent, {
				...options,
				paid: async (part, call, idOf) =>
					await options.paid(
						part,
						async () => {
							seen.push(charges.getStore()?.mayReuseConnection);
							return await call();
						},
						idOf,
					),
			});
		await make('key');
		expect(seen).toEqual([may]);
	},
);

it('the answer is let go when its outcome is decided: a connection keeps the context that opened it', async () => {
	const { endpoint, make } = bench();
	const { submit } = endpoint.session;
	const opened: Array<() => unknown> = [];
	const facts: unknown[] = [];
	endpoint.session.submit = async (sent, options) =>
		await submit(sent, {
			...options,
			paid: async (part, call, idOf) =>
				await options.paid(
					part,
					async () => {
						opened.push(AsyncLocalStorage.snapshot().bind(null, () => charges.getStore()?.fact));
						const id = await call();
						facts.push(charges.getStore()?.fact.kind);
						return id;
					},
					idOf,
				),
		});
	await make('key');
	expect(facts).toEqual(['answered']);
	expect(opened.map((context) => context())).toEqual([{ kind: 'notSent' }]);
});

describe('a job under a key of the user', () => {
	const own = { wanted: { isOwnKey: true } };
	const over = { workflowId: 'workflow', nodeId: 'node', day: '2026-01-01' };
	const limited = (images: number) => ({ ...own, terms: { limits: [{ name: 'today', over, images }] } });

	it('that is not found is made once, within the budget', async () => {
		const { endpoint, make, submits, records } = bench();
		Object.assign(endpoint.session, { looksUpByKey: true });
		expect(await make('first', limited(1))).toMatchObject({ ok: true });
		expect(await make('second', limited(1))).toMatchObject({
			ok: false,
			error: { code: 'quotaExceeded', delivery: 'notSent' },
		});
		expect(submits).toHaveLength(1);
		expect(await records()).toMatchObject([{ key: 'first', requests: [{ outcome: 'accepted' }] }]);
	});

	it('that is not found is not looked up again before each repeat', async () => {
		const busy = new ImageError('rateLimited', { message: 'Slow down', httpStatus: 429 });
		const { endpoint, make, submits, calls } = bench({ errorAnswers: [busy, busy] });
		Object.assign(endpoint.session, { looksUpByKey: true });
		expect(await make('key', own)).toMatchObject({ ok: true });
		expect([submits.length, calls.length]).toEqual([3, 1]);
	});

	it('that is found counts in no budget, because it was paid before', async () => {
		const { endpoint, make, submits, answers } = bench();
		Object.assign(endpoint.session, { looksUpByKey: true });
		answers.lookUp = async () => ({ found: new Map([[0, 'old']]), conclusive: true });
		expect(await make('key', limited(0))).toMatchObject({ value: { snapshot: { job: { id: 'old' } } } });
		expect(submits).toHaveLength(0);
	});
});

it('a budget that is used up sends nothing, and leaves no record', async () => {
	const { make, submits, records } = bench();
	const over = { lineage: 'lineage', nodeId: 'node' };
	const options = { terms: { limits: [{ name: 'in this execution', over, images: 0 }] } };
	expect(await make('key', options)).toMatchObject({
		ok: false,
		error: { code: 'quotaExceeded', message: expect.stringContaining('in this execution') as string },
	});
	expect([submits.length, (await records()).length]).toEqual([0, 0]);
});

it('a look-up waits for similar requests that are under way: it could take their job for its own', async () => {
	const { clock, endpoint, make, calls } = bench({ errorAnswers: [reset] });
	const answerMs = 20_000;
	const { submit } = endpoint.session;
	endpoint.session.submit = async (sent, options) =>
		await submit(sent, {
			...options,
			paid: async (part, call, idOf) =>
				await options.paid(
					part,
					async () => {
						const id = await call();
						if (options.idempotencyKey === 'slow') await clock.sleep(answerMs);
						return id;
					},
					idOf,
				),
		});
	const results = await Promise.all([make('lost'), make('slow')]);
	expect(results.map(({ ok }) => ok)).toEqual([true, true]);
	expect(calls).toHaveLength(1);
	expect(calls[0]?.quietMs).toBeGreaterThanOrEqual(answerMs);
});

describe.each([
	['back', -3_600_000],
	['forward', 3_600_000],
])('the date is set %s after the answer was lost', (_how, forward) => {
	it('a look-up still receives when the request was sent and how long it has been quiet', async () => {
		const { clock, make, calls } = bench({ errorAnswers: [reset] });
		await clock.advance(500_000);
		const sentAt = clock.now();
		void clock.sleep(500).then(() => clock.setDateForward(forward));
		expect(await make('key')).toMatchObject({ ok: true });
		// The provider's list is compared by the present date.
		expect(calls).toMatchObject([{ since: sentAt + forward }]);
		expect(calls[0]?.quietMs).toBeGreaterThan(0);
		expect(calls[0]?.quietMs).toBeLessThan(10_000);
	});
});

it('a later process that finds a request of the future looks a day back, and is certain in its own time', async () => {
	const { clock, make, calls, answers } = bench({ errorAnswers: [reset] });
	const { lookUp } = answers;
	answers.lookUp = async () => {
		throw new ImageError('auth', { message: 'Unknown key' });
	};
	await make('key');
	answers.lookUp = lookUp;
	clock.setDateForward(-3_600_000);
	calls.length = 0;
	expect(await make('key')).toMatchObject({ ok: true });
	expect(calls[0]?.since).toBe(clock.date().getTime() - 24 * 3_600_000);
	expect(calls[0]?.quietMs).toBeGreaterThan(0);
});
