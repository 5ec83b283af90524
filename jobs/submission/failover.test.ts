import { ImageError } from '../../model/errors';
import { fakeEndpoint } from '../../test/support/fakeEndpoint';
import { VirtualClock } from '../../test/support/virtualClock';
import { choiceOf, makingOver, memoryInProcess, type MakeMore } from '../../test/support/makeAt';
import { ejection } from './circuitBreaker';
import type { Choice } from './failover';

const busy = (retryAfterMs?: number) =>
	new ImageError('overloaded', { message: 'Busy', httpStatus: 503, retryAfterMs: retryAfterMs ?? null });
const times = (n: number, error: () => ImageError) => Array.from({ length: n }, error);

/** Named endpoints in the given order, with one virtual clock. */
function bench(fakes: Record<string, Parameters<typeof fakeEndpoint>[0]>) {
	const clock = new VirtualClock(0);
	const made = Object.entries(fakes).map(([name, fake]) => ({ name, ...fakeEndpoint({ clock, name, ...fake }) }));
	const make = makingOver(memoryInProcess(clock), clock);
	const choices = made.map(
		({ name, endpoint }): Choice => choiceOf(endpoint, { prompt: 'A cat', count: 1 }, name, clock),
	);
	const submit = (key: string, options: MakeMore = {}) => make(choices as [Choice, ...Choice[]], key, options);
	const submitsOf = (name: string) => made.find((one) => one.name === name)?.submits ?? [];
	return { clock, choices, make, submit, submitsOf };
}

it('fails over to the next endpoint if one is overloaded, and the item shows it', async () => {
	const { clock, submit } = bench({ main: { errorAnswers: [busy()] }, backup: {} });
	const { snapshot, endpoint } = await clock.until(submit('a'));
	expect(snapshot.job).toMatchObject({
		id: 'backup-1',
		endpoint: 'backup',
		attempts: [{ provider: 'fake', endpoint: 'main', code: 'overloaded', message: 'Busy' }],
	});
	expect(endpoint.config.baseUrl).toBe('http://fake.example');
	expect(clock.now()).toBe(0);
});

it.each<[string, ImageError]>([
	['too fast', new ImageError('rateLimited', { message: 'Slow down', httpStatus: 429 })],
	['not reached', new ImageError('network', { message: 'Refused', delivery: 'notSent' })],
	['a revoked key', new ImageError('auth', { message: 'Unknown key', httpStatus: 401 })],
	['an exhausted quota', new ImageError('quotaExceeded', { message: 'Pay first', httpStatus: 402 })],
])('%s: the request fails over to another endpoint', async (_name, error) => {
	const { clock, submit } = bench({ main: { errorAnswers: [error] }, backup: {} });
	expect((await clock.until(submit('a'))).snapshot.job.id).toBe('backup-1');
});

it.each<[string, ImageError, number]>([
	['sent and not answered', new ImageError('network', { message: 'Reset', delivery: 'ambiguous' }), 1],
	['an internal error', new ImageError('upstream', { message: 'Oops', httpStatus: 500 }), 1],
	['a rejected prompt', new ImageError('contentRejected', { message: 'Not this', httpStatus: 400 }), 1],
	['a wrong field', new ImageError('invalidRequest', { message: 'Bad size', httpStatus: 422 }), 1],
])('%s: it does not fail over, because the job may be paid or fail there too', async (_name, error, tries) => {
	const { clock, submit, submitsOf } = bench({
		main: { errorAnswers: times(9, () => error), can: { idempotency: 'none' } },
		backup: {},
	});
	await expect(clock.until(submit('a'))).rejects.toMatchObject({ code: error.code });
	expect(submitsOf('main')).toHaveLength(tries);
	expect(submitsOf('backup')).toHaveLength(0);
});

it('an unanswered submit under a native key is repeated where it was sent', async () => {
	const { clock, submit, submitsOf } = bench({
		main: {
			errorAnswers: [new ImageError('network', { message: 'Reset', delivery: 'ambiguous' })],
			can: { idempotency: 'native' },
		},
		backup: {},
	});
	expect((await clock.until(submit('a'))).snapshot.job.endpoint).toBe('main');
	expect(submitsOf('main').map(({ key }) => key)).toEqual(['a', 'a']);
	expect(submitsOf('backup')).toHaveLength(0);
});

it('an endpoint that may have made the job is not left for another when it is busy afterwards', async () => {
	const lost = new ImageError('network', { message: 'Reset', delivery: 'ambiguous' });
	const { clock, submit, submitsOf } = bench({
		main: { errorAnswers: [lost, ...times(20, busy)], can: { idempotency: 'native' } },
		backup: {},
	});
	await expect(clock.until(submit('a'))).rejects.toMatchObject({
		code: 'overloaded',
		delivery: 'ambiguous',
		message: expect.stringContaining('may have made the job') as string,
	});
	expect(submitsOf('backup')).toHaveLength(0);
});

it('after a look-up has shown that it made none, the request may fail over', async () => {
	const lost = new ImageError('network', { message: 'Reset', delivery: 'ambiguous' });
	const { clock, submit, submitsOf } = bench({
		main: { errorAnswers: [lost, busy()], can: { idempotency: 'lookup' }, looksUp: true },
		backup: {},
	});
	expect((await clock.until(submit('a'))).snapshot.job.id).toBe('backup-1');
	expect(submitsOf('main')).toHaveLength(2);
});

it('an endpoint that keeps failing is taken out, and receives one request when its cool-down is over', async () => {
	const { clock, submit, submitsOf } = bench({ main: { errorAnswers: times(ejection.after, busy) }, backup: {} });
	for (let n = 0; n < 10; n++) await clock.until(submit(`key ${n}`));
	expect(submitsOf('main')).toHaveLength(ejection.after);
	const { snapshot } = await clock.until(submit('later'));
	expect(snapshot.job.attempts).toEqual([
		{
			provider: 'fake',
			endpoint: 'main',
			code: 'overloaded',
			message: expect.stringMatching(/^Not used until .* after: Busy$/) as string,
		},
	]);
	await clock.advance(ejection.coolDownMs);
	expect((await clock.until(submit('back'))).snapshot.job.endpoint).toBe('main');
});

it('an endpoint that asks for a pause is passed over for that long', async () => {
	const answers = [429, 200];
	const { clock, submit, submitsOf } = bench({ main: { status: () => answers.shift() ?? 200 }, backup: {} });
	await clock.until(submit('a'));
	await clock.until(submit('b'));
	expect(submitsOf('backup')).toHaveLength(1);
	await clock.advance(7_000);
	expect((await clock.until(submit('c'))).snapshot.job.endpoint).toBe('main');
});

it('where no endpoint accepts, the round is repeated after the shortest pause that one asked for', async () => {
	const { clock, submit } = bench({
		main: { errorAnswers: [busy(60_000)] },
		backup: { errorAnswers: [busy(9_000)] },
	});
	const { snapshot } = await clock.until(submit('a'));
	expect(clock.now()).toBe(9_000);
	expect(snapshot.job).toMatchObject({ attempts: [{ endpoint: 'main' }, { endpoint: 'backup' }] });
});

it('in the end the error has the error of each endpoint', async () => {
	const { clock, submit } = bench({
		main: { errorAnswers: times(9, busy) },
		backup: { errorAnswers: times(9, () => new ImageError('auth', { message: 'Unknown key', httpStatus: 401 })) },
	});
	await expect(clock.until(submit('a'))).rejects.toMatchObject({
		code: 'overloaded',
		delivery: 'notSent',
		message: 'No endpoint took the request. fake, main: Busy; fake, backup: Unknown key',
	});
});

it('a single endpoint is repeated until it is free again, and no item names endpoints', async () => {
	const { clock, choices, make, submitsOf } = bench({ main: { errorAnswers: [busy(20_000)] } });
	const [only] = choices;
	if (!only) throw new Error('There is one');
	const { snapshot } = await clock.until(make([{ ...only, name: null }], 'a'));
	expect(clock.now()).toBe(20_000);
	expect(submitsOf('main')).toHaveLength(2);
	expect(snapshot.job).not.toHaveProperty('endpoint');
	expect(snapshot.job).not.toHaveProperty('attempts');
});

it('the same key makes one job, wherever it went', async () => {
	const { clock, submit, submitsOf } = bench({ main: { errorAnswers: [busy()] }, backup: {} });
	const [a, b] = await clock.until(Promise.all([submit('same'), submit('same')]));
	expect(a.snapshot.job.id).toBe(b.snapshot.job.id);
	expect((await clock.until(submit('same'))).snapshot.job.id).toBe(a.snapshot.job.id);
	expect([...submitsOf('backup'), ...submitsOf('main').slice(1)]).toHaveLength(1);
});
