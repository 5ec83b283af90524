import { fakeEndpoint, snapshotOf } from '../../test/support/fakeEndpoint';
import { VirtualClock } from '../../test/support/virtualClock';
import { Mailbox } from './mailbox';
import { never } from '../runtime/clock';

it('keeps the last reported end for a while', async () => {
	const clock = new VirtualClock(0);
	const box = new Mailbox(clock);
	box.put('a', snapshotOf('a', 'failed'));
	box.put('a', snapshotOf('a', 'succeeded'));
	expect(box.read('a')?.job.status).toBe('succeeded');
	expect(box.read('b')).toBeUndefined();
	await clock.advance(10 * 60_000);
	expect(box.read('a')).toBeUndefined();
});

it('holds no more than a thousand', () => {
	const box = new Mailbox(new VirtualClock(0));
	for (let n = 0; n < 1_500; n++) box.put(`job-${n}`, snapshotOf(`job-${n}`, 'succeeded'));
	expect([box.read('job-499'), box.read('job-500')?.job.id, box.read('job-1499')?.job.id]).toEqual([
		undefined,
		'job-500',
		'job-1499',
	]);
});

it('a webhook before the wait ends the wait without a poll', async () => {
	const { clock, endpoint, submit, log } = fakeEndpoint({ jobMs: 60_000 });
	const { job } = await clock.until(submit('a'));
	endpoint.jobs.announce(snapshotOf(job.id ?? '', 'succeeded'));
	expect(await endpoint.jobs.wait(job.id ?? '', { deadline: never })).toMatchObject({
		ended: true,
		snapshot: { job: { status: 'succeeded' } },
	});
	expect(log.polls).toBe(0);
});

it('a webhook without a final status is not kept: the job is polled', async () => {
	const { clock, endpoint, submit, log } = fakeEndpoint({ jobMs: 2_000 });
	const { job } = await clock.until(submit('a'));
	endpoint.jobs.announce(snapshotOf(job.id ?? '', 'running'));
	expect(await clock.until(endpoint.jobs.wait(job.id ?? '', { deadline: never }))).toMatchObject({
		ended: true,
	});
	expect(log.polls).toBeGreaterThan(0);
});
