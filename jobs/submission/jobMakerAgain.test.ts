import { type ErrorCode, ImageError, jobError, outcomeOf } from '../../model/errors';
import type { JobRecord, StoredSnapshot } from '../../memory/record';
import type { Observation } from '../../providers/provider';
import { fakeEndpoint } from '../../test/support/fakeEndpoint';
import { choiceOf, makingOver, memoryInProcess, type MakeMore } from '../../test/support/makeAt';

const request = { prompt: 'A cat', count: 1 };

/** Runs that each get the job of one item and end; `submits` counts the calls of the session's submit. */
function bench(idempotency: 'lookup' | 'native' | 'none' = 'lookup') {
	const fake = fakeEndpoint({ jobMs: 60_000, looksUp: true, can: { idempotency } });
	const { clock, endpoint } = fake;
	const memory = memoryInProcess(clock);
	const making = makingOver(memory, clock);
	const calls = { submits: 0 };
	const { submit } = endpoint.session;
	endpoint.session.submit = async (...args) => {
		calls.submits++;
		return await submit(...args);
	};
	const latest = async (): Promise<JobRecord & { snapshot: StoredSnapshot }> => {
		const [record] = await memory.journal.list({ credentialIds: ['credential'], limit: 1 });
		if (!record || !('snapshot' in record)) throw new Error('no job');
		return record;
	};
	const run = async (lineage: string, options: MakeMore = {}) => {
		const wanted = { lineage, rootExecutionId: lineage, adoptWithinMs: 3_600_000 };
		const result = await clock.until(
			outcomeOf(making([choiceOf(endpoint, request)], `key ${lineage}`, { wanted, ...options })),
		);
		await memory.journal.finish([(await latest()).ref], { delivered: false });
		return result;
	};
	return { ...fake, memory, run, latest, calls };
}

it.each<[string, 'accepted' | 'ended', ErrorCode | null, 'unknown' | undefined, boolean]>([
	['runs without an error', 'accepted', null, undefined, false],
	['runs, with an image that was not accepted', 'accepted', 'contentRejected', undefined, false],
	['runs, with an image of an unknown outcome', 'accepted', 'network', 'unknown', true],
	['runs, with an image that a stop kept from being sent', 'accepted', 'canceled', undefined, true],
	['has ended without an error', 'ended', null, undefined, false],
	['has ended, with an image of an unknown outcome', 'ended', 'network', 'unknown', true],
	['has ended because it was canceled', 'ended', 'canceled', undefined, false],
])('a job that %s is completed only where images may be missing', async (_what, state, code, outcome, isCompleted) => {
	const { memory, run, latest, calls } = bench();
	await run('first');
	const record = await latest();
	const error = code === null ? null : jobError(code, { message: 'Missing', outcome });
	const status = state === 'ended' ? 'partial' : 'running';
	const snapshot = { ...record.snapshot, job: { ...record.snapshot.job, status, error } as const };
	await memory.journal.take(record.ref, { seenKey: record.key });
	await memory.journal.change(record.ref, { state: { state, snapshot } });
	await memory.journal.finish([record.ref], { delivered: false });
	calls.submits = 0;
	expect(await run('first')).toMatchObject({ ok: true, value: { snapshot: { job: { id: 'job-1' } } } });
	expect(calls.submits).toBe(isCompleted ? 1 : 0);
});

it.each<[string, () => Promise<Map<string, Observation>>]>([
	['has no answer', async () => await Promise.reject(new ImageError('network', { message: 'Reset' }))],
	['does not name it', async () => new Map()],
])('an adopted job whose poll %s is given as the journal has it: it is paid', async (_what, poll) => {
	const { endpoint, run, submits } = bench();
	await run('first');
	endpoint.session.poll = poll;
	expect(await run('second')).toMatchObject({
		ok: true,
		value: { how: 'adopted', snapshot: { job: { id: 'job-1', status: 'queued' } } },
	});
	expect(submits).toHaveLength(1);
});

it('a stop during the poll of an adopted job stops the item, and the job stays adoptable', async () => {
	const { endpoint, run, submits, latest } = bench();
	const session = { poll: endpoint.session.poll };
	await run('first');
	endpoint.session.poll = async () => await Promise.reject(new ImageError('canceled', { message: 'Stopped' }));
	expect(await run('second')).toMatchObject({ ok: false, error: { code: 'canceled' } });
	expect(await latest()).toMatchObject({ state: 'accepted', held: 'free' });
	Object.assign(endpoint.session, session);
	expect(await run('third')).toMatchObject({ ok: true, value: { how: 'adopted' } });
	expect(submits).toHaveLength(1);
});

it.each(['native', 'none'] as const)(
	'with "%s" a job with an image of an unknown outcome is given as it is: no look-up can complete it',
	async (idempotency) => {
		const { memory, run, latest, calls } = bench(idempotency);
		await run('first');
		const record = await latest();
		const error = jobError('network', { message: 'Missing', outcome: 'unknown' });
		const snapshot = { ...record.snapshot, job: { ...record.snapshot.job, error } };
		await memory.journal.take(record.ref, { seenKey: record.key });
		await memory.journal.change(record.ref, { state: { state: 'accepted', snapshot } });
		await memory.journal.finish([record.ref], { delivered: false });
		calls.submits = 0;
		expect(await run('first')).toMatchObject({
			value: { how: 'sameKey', snapshot: { job: { id: 'job-1', error } } },
		});
		expect(calls.submits).toBe(0);
	},
);
