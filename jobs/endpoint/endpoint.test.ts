import { ImageError } from '../../model/errors';
import { fakeEndpoint, snapshotOf } from '../../test/support/fakeEndpoint';
import { settle } from '../../test/support/virtualClock';
import { inMs, never } from '../runtime/clock';

const cut = () => new ImageError('network', { message: 'cut', delivery: 'ambiguous' });

it('an invalid request fails before anything is sent', async () => {
	const { submit, sent } = fakeEndpoint();
	await expect(submit('k', { prompt: '' })).rejects.toMatchObject({ code: 'invalidRequest' });
	expect(sent).toEqual([]);
});

it('the same key at once is sent once, and both get the same job', async () => {
	const { clock, submit, submits } = fakeEndpoint();
	const [a, b] = await clock.until(Promise.all([submit('k'), submit('k')]));
	expect(a.job.id).toBe(b.job.id);
	expect(submits).toHaveLength(1);
});

it('the same key a while later gives the job it made', async () => {
	const { clock, submit, submits } = fakeEndpoint();
	const first = await clock.until(submit('k'));
	await clock.advance(9 * 60_000);
	const second = await clock.until(submit('k'));
	expect(second.job.id).toBe(first.job.id);
	expect(submits).toHaveLength(1);
});

it('a key whose request was not accepted can be sent again', async () => {
	const { clock, submit, submits } = fakeEndpoint({ errorAnswers: [new ImageError('auth', { message: '401' })] });
	await expect(clock.until(submit('k'))).rejects.toMatchObject({ code: 'auth' });
	await expect(clock.until(submit('k'))).resolves.toBeDefined();
	expect(submits).toHaveLength(2);
});

it('after a lost answer the request is repeated under the same key, more than a second later', async () => {
	const { clock, submit, submits } = fakeEndpoint({ errorAnswers: [cut()] });
	await clock.until(submit('k'));
	expect(submits.map(({ key }) => key)).toEqual(['k', 'k']);
	expect((submits[1]?.at ?? 0) - (submits[0]?.at ?? 0)).toBeGreaterThan(1_000);
});

it('a job whose answer was lost is looked up and adopted', async () => {
	const { clock, submit, submits, log } = fakeEndpoint({
		errorAnswers: [cut()],
		can: { idempotency: 'lookup' },
		looksUp: true,
		acceptsUnanswered: true,
	});
	expect((await clock.until(submit('k'))).job.id).toBe('job-1');
	expect(submits).toHaveLength(1);
	expect(log.lookUps).toBe(1);
});

it('a request that never arrived is looked up, then sent', async () => {
	const { clock, submit, submits, log } = fakeEndpoint({
		errorAnswers: [cut()],
		can: { idempotency: 'lookup' },
		looksUp: true,
	});
	expect((await clock.until(submit('k'))).job.id).toBe('job-1');
	expect(submits).toHaveLength(2);
	expect(log.lookUps).toBe(1);
});

it('an item whose outcome was unknown in an earlier run is not sent again, where nothing settles it', async () => {
	const { clock, submit, submits } = fakeEndpoint({ errorAnswers: [cut()], can: { idempotency: 'none' } });
	await expect(clock.until(submit('k'))).rejects.toMatchObject({ outcome: 'unknown' });
	await expect(clock.until(submit('k'))).rejects.toMatchObject({
		code: 'conflict',
		outcome: 'unknown',
		message: expect.stringContaining('may have been paid') as string,
	});
	expect(submits).toHaveLength(1);
});

it.each(['none', 'lookup'] as const)(
	'without a key of the provider (%s) a request with a lost answer is not repeated, and its error says so',
	async (idempotency) => {
		const { clock, submit, submits } = fakeEndpoint({ errorAnswers: [cut()], can: { idempotency } });
		await expect(clock.until(submit('k'))).rejects.toMatchObject({
			code: 'network',
			message: expect.stringContaining('may have made the job'),
			hint: expect.stringContaining('paid already'),
		});
		expect(submits).toHaveLength(1);
	},
);

it('a request that was never sent is repeated with any provider', async () => {
	const { clock, submit, submits } = fakeEndpoint({
		errorAnswers: [new ImageError('network', { message: 'nothing listens', delivery: 'notSent' })],
		can: { idempotency: 'none' },
	});
	await expect(clock.until(submit('k'))).resolves.toBeDefined();
	expect(submits).toHaveLength(1);
});

it('no more jobs are in flight than allowed, and all are made though no execution waits for any', async () => {
	const { clock, submit, log } = fakeEndpoint({ jobsInFlight: 3, jobMs: 5_000 });
	const all = await clock.until(Promise.all(Array.from({ length: 12 }, (_, n) => submit(`k${n}`))));
	expect(new Set(all.map(({ job }) => job.id)).size).toBe(12);
	expect(log.maxAtOnce).toBe(3);
	expect(log.polls).toBeLessThan(50);
});

it('a submit that waits for a slot past its deadline fails with the number of jobs in flight', async () => {
	const { clock, submit } = fakeEndpoint({ jobsInFlight: 1, jobMs: 3_600_000 });
	await clock.until(submit('a'));
	await expect(clock.until(submit('b', { deadline: inMs(clock, 30_000) }))).rejects.toMatchObject({
		code: 'rateLimited',
		message: expect.stringContaining('1 are in flight'),
		delivery: 'notSent',
	});
});

it('an aborted wait for a slot ends at once, and the next submit gets the slot', async () => {
	const { clock, submit } = fakeEndpoint({ jobsInFlight: 1, jobMs: 5_000 });
	await clock.until(submit('a'));
	const stop = new AbortController();
	const gone = submit('b', { signal: stop.signal });
	const next = submit('c');
	await settle();
	stop.abort();
	await expect(gone).rejects.toMatchObject({ code: 'canceled' });
	await expect(clock.until(next)).resolves.toBeDefined();
});

it('a rate-limited answer slows every request of the endpoint', async () => {
	let isSlowed = false;
	const { clock, endpoint, sent } = fakeEndpoint({ status: () => (isSlowed ? 200 : 429) });
	await clock.until(endpoint.pollOnce(['job-1']));
	isSlowed = true;
	const before = clock.now();
	await clock.until(endpoint.pollOnce(['job-2']));
	expect((sent[1]?.at ?? 0) - before).toBe(7_000);
});

it('an end that a webhook reports ends the wait and frees the slot', async () => {
	const { clock, endpoint, submit } = fakeEndpoint({ jobsInFlight: 1, jobMs: 3_600_000 });
	const { job } = await clock.until(submit('a'));
	const wait = endpoint.jobs.wait(job.id ?? '', { deadline: never });
	const next = submit('b');
	await settle();
	endpoint.jobs.announce(snapshotOf(job.id ?? '', 'succeeded'));
	await expect(wait).resolves.toMatchObject({ ended: true });
	await expect(clock.until(next)).resolves.toBeDefined();
});

it('a canceled job frees its slot', async () => {
	const { clock, endpoint, submit } = fakeEndpoint({ jobsInFlight: 1, jobMs: 3_600_000 });
	const { job } = await clock.until(submit('a'));
	await clock.until(endpoint.cancel(job.id ?? ''));
	await expect(clock.until(submit('b'), 60_000)).resolves.toBeDefined();
});

it('a job has a creation time even where the provider reports none', async () => {
	const { clock, submit } = fakeEndpoint();
	expect((await clock.until(submit('a'))).job.createdAt).toBe(new Date(0).toISOString());
});

it('webhooks about jobs of another endpoint do not make polls of own jobs rarer', async () => {
	const { clock, endpoint, submit } = fakeEndpoint({ jobMs: 2_000 });
	for (let n = 0; n < 20; n++) endpoint.jobs.announce(snapshotOf(`other ${n}`, 'succeeded'));
	const { job } = await clock.until(submit('ours'));
	await clock.until(endpoint.jobs.wait(job.id ?? '', { deadline: never }));
	expect(clock.now()).toBeLessThan(4_000);
});

it.each([
	['a silent server is not asked again', new ImageError('timeout', { message: 'No answer' }), 1],
	['a server that reports a time-out is', new ImageError('timeout', { message: '504', httpStatus: 504 }), 4],
])('%s', async (_what, error, calls) => {
	const { clock, endpoint } = fakeEndpoint();
	const read = jest.fn().mockRejectedValue(error);
	await expect(clock.until(endpoint.read(read))).rejects.toBe(error);
	expect(read).toHaveBeenCalledTimes(calls);
});

it('a stop ends a call whose request goes on', async () => {
	const { endpoint } = fakeEndpoint();
	const stop = new AbortController();
	const cancel = endpoint.read(() => new Promise(() => undefined), stop.signal);
	stop.abort();
	await expect(cancel).rejects.toMatchObject({ code: 'canceled' });
});
