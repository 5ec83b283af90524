import { ImageError, outcomeOf } from '../../model/errors';
import type { JobStatus } from '../../model/job';
import type { Observation } from '../../providers/provider';
import { fakeEndpoint, snapshotOf } from '../../test/support/fakeEndpoint';
import { choiceOf, makingOver, memoryInProcess, type MakeMore, wantedFor } from '../../test/support/makeAt';
import { JobMaker } from './jobMaker';
import { inMs } from '../runtime/clock';
import { at } from '../../test/support/virtualClock';

const request = { prompt: 'A cat', count: 1 };
const adoptWithinMs = 3_600_000;

/** Executions of one node with one journal. Each ends without an item as soon as it has its job. */
function bench(fake: Parameters<typeof fakeEndpoint>[0] = {}) {
	const made = fakeEndpoint({ jobMs: 60_000, ...fake });
	const { clock, endpoint } = made;
	const memory = memoryInProcess(clock);
	const making = makingOver(memory, clock);
	const choice = choiceOf(endpoint, request);
	const records = () => memory.journal.list({ credentialIds: ['credential'], limit: 10 });
	const run = async (lineage: string, options: MakeMore = {}, choices: readonly (typeof choice)[] = [choice]) => {
		const refs: Array<[string, boolean]> = [];
		const result = await clock.until(
			outcomeOf(
				making(choices as [typeof choice], `key ${lineage}`, {
					...options,
					wanted: { lineage, rootExecutionId: lineage, adoptWithinMs, ...options.wanted },
					onRecord: (ref: string, isShared: boolean) => refs.push([ref, isShared]),
				} as MakeMore),
			),
		);
		await memory.journal.finish(
			refs.map(([ref]) => ref),
			{ delivered: false },
		);
		return { result, refs };
	};
	return { ...made, memory, run, records, choice };
}

it('reports the record of the item before anything is sent, and whether another run shares it', async () => {
	const { run, records } = bench();
	const { refs } = await run('first');
	const [record] = await records();
	expect(refs).toEqual([[record?.ref, false]]);
});

it('an adopted job is polled, so that the item has it as it is now', async () => {
	const { clock, run, submits, log } = bench();
	await run('first');
	await clock.advance(30_000);
	expect((await run('second')).result).toMatchObject({
		ok: true,
		value: { how: 'adopted', snapshot: { job: { id: 'job-1', status: 'running' } } },
	});
	await clock.advance(60_000);
	expect((await run('third')).result).toMatchObject({
		ok: true,
		value: { how: 'adopted', snapshot: { job: { id: 'job-1', status: 'succeeded' } } },
	});
	expect([submits.length, log.polls]).toEqual([1, 2]);
});

it.each<JobStatus>(['failed', 'canceled'])(
	'an adopted job that has %s in the meantime is recorded so, and another is made',
	async (status) => {
		const says = (id: string): Observation => ({ ok: true, snapshot: snapshotOf(id, status) });
		const { run, submits, records } = bench({ says });
		await run('first');
		expect((await run('second')).result).toMatchObject({
			ok: true,
			value: { how: 'new', snapshot: { job: { id: 'job-2' } } },
		});
		expect(submits).toHaveLength(2);
		const ended = (await records()).find(({ state }) => state === 'ended');
		expect(ended).toMatchObject({ state: 'ended', snapshot: { job: { id: 'job-1', status } } });
	},
);

it('an adopted job that cannot be polled now is given as it was: it is paid', async () => {
	const says = (): Observation => ({ ok: false, error: new ImageError('upstream', { message: 'No' }) });
	const { run, submits } = bench({ says });
	await run('first');
	expect((await run('second')).result).toMatchObject({
		ok: true,
		value: { how: 'adopted', snapshot: { job: { id: 'job-1', status: 'queued' } } },
	});
	expect(submits).toHaveLength(1);
});

it('a job of the same key is given as the journal has it, without a poll', async () => {
	const { run, log, submits } = bench();
	await run('first');
	expect((await run('first')).result).toMatchObject({
		ok: true,
		value: { how: 'sameKey', snapshot: { job: { id: 'job-1', status: 'queued' } } },
	});
	expect([submits.length, log.polls]).toEqual([1, 0]);
});

it('a job at an endpoint that the node no longer has is a conflict: no other account is polled for it', async () => {
	const { clock, run } = bench();
	const other = fakeEndpoint({ clock, name: 'other', providerId: 'other' });
	const choices = [choiceOf(other.endpoint, request)];
	await run('first');
	const requests = [JSON.stringify(['fake', request.prompt, request.count])];
	for (const lineage of ['first', 'second'])
		expect((await run(lineage, { wanted: { requests } }, choices)).result).toMatchObject({
			ok: false,
			error: {
				code: 'conflict',
				delivery: 'notSent',
				message: expect.stringContaining('of fake') as string,
				hint: expect.stringContaining('base URL and key') as string,
			},
		});
	expect(other.submits).toHaveLength(0);
});

it.each([
	['none of its requests is open', false],
	['the outcome of a request is unknown', true],
])('a job is looked up again only where a look-up can add to it: %s', async (_what, isOpen) => {
	const { clock, memory, run, log } = bench({ looksUp: true, can: { idempotency: 'lookup' } });
	await run('first');
	if (isOpen) {
		const [record] = await memory.journal.list({ credentialIds: ['credential'], limit: 1 });
		if (!record) throw new Error('no record');
		await memory.journal.take(record.ref, { seenKey: record.key });
		const open = { part: 1, outcome: 'unknown' as const, sentAt: clock.now(), providerId: null };
		await memory.journal.change(record.ref, { requests: [...record.requests, open] });
		await memory.journal.finish([record.ref], { delivered: false });
	}
	await run('first', { deadline: inMs(clock, 60_000) });
	expect(log.lookUps > 0).toBe(isOpen);
});

it('two runs of one item at once make one job, and both have it', async () => {
	const { clock, memory, choice, submits } = bench();
	const making = makingOver(memory, clock);
	const results = await clock.until(Promise.all([1, 2].map(() => making([choice], 'key'))));
	expect(results.map(({ snapshot }) => snapshot.job.id)).toEqual(['job-1', 'job-1']);
	expect(submits).toHaveLength(1);
});

it('a run that comes while the run of a failed job is still at work has that job too, and pays no other', async () => {
	const { clock, endpoint, memory, choice, submits } = bench();
	const { submit } = endpoint.session;
	endpoint.session.submit = async (sent, options) => {
		const { job } = await submit(sent, options);
		return snapshotOf(job.id ?? '', 'failed');
	};
	const maker = new JobMaker({ clock, random: () => 0, memory });
	// Neither run ends, so the record stays busy.
	const make = () =>
		maker.make(
			[choice],
			wantedFor('key', [choice]),
			{ cost: { images: 1, usd: null }, limits: [] },
			{ deadline: at(60_000) },
		);
	await clock.until(make());
	expect(await clock.until(make())).toMatchObject({ how: 'sameKey', snapshot: { job: { status: 'failed' } } });
	expect(submits).toHaveLength(1);
});
