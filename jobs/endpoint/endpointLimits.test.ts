import { ImageError } from '../../model/errors';
import type { Observation } from '../../providers/provider';
import { fakeEndpoint, snapshotOf } from '../../test/support/fakeEndpoint';
import { settle, at } from '../../test/support/virtualClock';
import { never } from '../runtime/clock';

const cut = () => new ImageError('network', { message: 'cut', delivery: 'ambiguous' });
const forever = { deadline: never };

it('an answer about another job is an error of the polled job alone', async () => {
	const { clock, endpoint, submit } = fakeEndpoint({
		says: (id) => (id === 'job-1' ? { ok: true, snapshot: snapshotOf('job-9', 'succeeded') } : undefined),
	});
	await clock.until(Promise.all([submit('a'), submit('b')]));
	expect((await clock.until(endpoint.pollOnce(['job-1']))).get('job-1')).toMatchObject({
		ok: false,
		error: { code: 'malformedResponse', message: expect.stringContaining('about job job-9') as string },
	});
	const waits = [
		endpoint.jobs.wait('job-1', forever),
		endpoint.jobs.wait('job-2', { ...forever, known: snapshotOf('job-2', 'queued') }),
	];
	const [invalid, valid] = await clock.until(Promise.allSettled(waits));
	expect(invalid).toMatchObject({ status: 'rejected', reason: { code: 'malformedResponse' } });
	expect(valid).toMatchObject({ status: 'fulfilled', value: { ended: true } });
});

it('a job whose polls fail for a while still frees its slot for a submit that waits', async () => {
	const invalid: Observation = { ok: false, error: new ImageError('upstream', { message: '500' }) };
	const { clock, submit } = fakeEndpoint({
		jobsInFlight: 1,
		jobMs: 1_000,
		says: (_id, poll) => (poll <= 12 ? invalid : undefined),
	});
	await clock.until(submit('a'));
	await expect(clock.until(submit('b'))).resolves.toMatchObject({ job: { id: 'job-2' } });
});

it('jobs whose polls fail with an authentication error are not polled without end', async () => {
	const rejected: Observation = { ok: false, error: new ImageError('auth', { message: '401' }) };
	const { clock, submit, log } = fakeEndpoint({ jobsInFlight: 1, says: () => rejected });
	await clock.until(submit('a'));
	await expect(clock.until(submit('b', { deadline: at(600_000) }))).rejects.toMatchObject({ code: 'rateLimited' });
	expect(log.polls).toBeLessThan(5);
});

it('the deadline of a submit includes the wait for pacing', async () => {
	const { clock, submit, submits } = fakeEndpoint({ requestsPerMinute: 1 });
	await clock.until(submit('a'));
	await expect(clock.until(submit('b', { deadline: at(10_000) }))).rejects.toMatchObject({
		code: 'rateLimited',
		delivery: 'notSent',
		message: expect.stringContaining('1 requests a minute') as string,
	});
	expect(clock.now()).toBe(10_000);
	await expect(clock.until(submit('c'))).resolves.toBeDefined();
	expect(submits.map(({ key }) => key)).toEqual(['a', 'c']);
});

it('a submit whose answer was lost and whose repeat comes too late reports that it may be paid', async () => {
	const { clock, submit, submits } = fakeEndpoint({ requestsPerMinute: 1, errorAnswers: [cut()] });
	await expect(clock.until(submit('k', { deadline: at(30_000) }))).rejects.toMatchObject({
		code: 'network',
		message: expect.stringContaining('may have made the job') as string,
		hint: expect.stringContaining('key k') as string,
	});
	expect(submits).toHaveLength(1);
	expect(clock.now()).toBe(30_000);
});

it('an execution that joined a submit continues it when the one that began it stops', async () => {
	const { clock, submit, submits } = fakeEndpoint({ jobsInFlight: 1, jobMs: 5_000 });
	await clock.until(submit('a'));
	const stop = new AbortController();
	const begun = submit('k', { signal: stop.signal });
	const joined = submit('k');
	await settle();
	stop.abort();
	await expect(begun).rejects.toMatchObject({ code: 'canceled' });
	await expect(clock.until(joined)).resolves.toMatchObject({ job: { id: 'job-2' } });
	expect(submits.map(({ key }) => key)).toEqual(['a', 'k']);
});

it('an abort while the request is sent ends the submit at once, and its job is still recorded', async () => {
	const stop = new AbortController();
	const { clock, submit, submits } = fakeEndpoint({
		status: () => {
			stop.abort();
			return 200;
		},
	});
	await expect(submit('k', { signal: stop.signal })).rejects.toMatchObject({ code: 'canceled' });
	await settle();
	expect((await submit('k')).job.id).toBe('job-1');
	expect(submits).toHaveLength(1);
	expect(clock.now()).toBe(0);
});

it('canceling at a provider that cannot cancel fails before anything is sent', async () => {
	const { endpoint, sent } = fakeEndpoint({ cancels: false });
	await expect(endpoint.cancel('job-1')).rejects.toMatchObject({
		code: 'invalidRequest',
		message: 'Fake cannot cancel a job',
		delivery: 'notSent',
	});
	expect(sent).toEqual([]);
});

it('a job that is finished at its submit holds no slot', async () => {
	const { clock, submit, sent } = fakeEndpoint({ jobsInFlight: 1, jobMs: 0 });
	await clock.until(Promise.all(['a', 'b', 'c'].map((key) => submit(key))));
	expect(sent.map(({ path }) => path)).toEqual(['/submit', '/submit', '/submit']);
});

it('the end that a single poll sees ends other waits and frees the slot', async () => {
	const { clock, endpoint, submit, log } = fakeEndpoint({ jobsInFlight: 1, jobMs: 4_000 });
	const { job } = await clock.until(submit('a'));
	const wait = endpoint.jobs.wait(job.id ?? '', {
		...forever,
		known: snapshotOf('job-1', 'queued', { createdAt: new Date(0).toISOString() }),
	});
	clock.jump(4_000);
	const before = log.polls;
	await endpoint.pollOnce([job.id ?? '']);
	await expect(wait).resolves.toMatchObject({ ended: true });
	expect(log.polls).toBe(before + 1);
	await expect(clock.until(submit('b'), 1)).resolves.toBeDefined();
});

it('a single poll that fails for one job reports it and ends no wait', async () => {
	const invalid: Observation = { ok: false, error: new ImageError('upstream', { message: '500' }) };
	const { clock, endpoint, submit } = fakeEndpoint({ says: (_id, poll) => (poll === 1 ? invalid : undefined) });
	const { job } = await clock.until(submit('a'));
	expect((await endpoint.pollOnce([job.id ?? ''])).get(job.id ?? '')).toBe(invalid);
	await expect(clock.until(endpoint.jobs.wait(job.id ?? '', forever))).resolves.toMatchObject({ ended: true });
});

it('a poll may be aborted, a submit is read to its end', async () => {
	const { endpoint, submit, sent } = fakeEndpoint();
	const { signal } = new AbortController();
	await submit('k', { signal });
	await endpoint.pollOnce(['job-1'], signal);
	expect(sent.map((request) => [request.path, request.signal !== undefined])).toEqual([
		['/submit', false],
		['/poll', true],
	]);
});

it('a key gives the job it made, at any later time', async () => {
	const { clock, submit, submits } = fakeEndpoint();
	const first = await clock.until(submit('a'));
	await clock.until(submit('b'));
	await clock.advance(23 * 3_600_000);
	expect((await clock.until(submit('a'))).job.id).toBe(first.job.id);
	expect(submits.map(({ key }) => key)).toEqual(['a', 'b']);
});

it('a job that holds a slot for longer than one wait is waited for again', async () => {
	const { clock, submit } = fakeEndpoint({ jobsInFlight: 1, jobMs: 150_000 });
	await clock.until(submit('a'));
	await expect(clock.until(submit('b'))).resolves.toBeDefined();
	expect(clock.now()).toBeLessThan(175_000);
});

it('an answered error is reported unchanged, and an aborted submit is not a failure', async () => {
	const rejected = fakeEndpoint({ errorAnswers: [new ImageError('contentRejected', { message: 'no' })] });
	await expect(rejected.clock.until(rejected.submit('k'))).rejects.toMatchObject({
		code: 'contentRejected',
		message: 'no',
		hint: null,
	});
	const dropped = fakeEndpoint({
		errorAnswers: [new ImageError('canceled', { message: 'The execution was canceled', delivery: 'ambiguous' })],
	});
	await expect(dropped.clock.until(dropped.submit('k'))).rejects.toMatchObject({
		code: 'canceled',
		message: 'The execution was canceled',
	});
});

it('the error of an answer that stays lost names the key of the job', async () => {
	const { clock, submit, submits } = fakeEndpoint({ errorAnswers: [cut(), cut(), cut(), cut()] });
	await expect(clock.until(submit('my-key'))).rejects.toMatchObject({
		code: 'network',
		delivery: 'ambiguous',
		hint: expect.stringContaining('idempotency key my-key') as string,
	});
	expect(submits).toHaveLength(4);
});

it('requests of several executions are queued fairly at the pace of the endpoint', async () => {
	const { clock, submit: submitTo, submits } = fakeEndpoint({ requestsPerMinute: 6 });
	const submit = (key: string, group: string) => submitTo(key, { group });
	await clock.until(
		Promise.all([
			...Array.from({ length: 5 }, (_, n) => submit(`batch-${n}`, 'batch')),
			submit('single', 'single'),
		]),
	);
	expect(submits.map(({ key }) => key).indexOf('single')).toBeLessThanOrEqual(1);
});
