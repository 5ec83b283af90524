import type { JobSnapshot } from '../../model/job';
import { snapshotOf } from '../../test/support/fakeEndpoint';
import { settle } from '../../test/support/virtualClock';
import { Channels } from './channels';

/** A provider's channel that the test drives: it pushes, ends or breaks on the test's command. */
class Channel {
	private wake = Promise.withResolvers<null>();
	private readonly pushed: JobSnapshot[] = [];
	private end: 'closed' | Error | null = null;

	constructor(readonly signal: AbortSignal | undefined) {}

	push(snapshot: JobSnapshot): void {
		this.pushed.push(snapshot);
		this.wake.resolve(null);
	}

	finish(end: 'closed' | Error = 'closed'): void {
		this.end = end;
		this.wake.resolve(null);
	}

	async *messages(): AsyncGenerator<JobSnapshot> {
		for (;;) {
			yield* this.pushed.splice(0);
			if (this.end instanceof Error) throw this.end;
			if (this.end) return;
			await this.wake.promise;
			this.wake = Promise.withResolvers();
		}
	}
}

function setUp() {
	const opened: Record<string, Channel[]> = {};
	const channels = new Channels((id, { signal }) => {
		const channel = new Channel(signal);
		(opened[id] ??= []).push(channel);
		return channel.messages();
	});
	const events: string[] = [];
	const listener = (name: string) => ({
		received: ({ job }: JobSnapshot) => void events.push(`${name} ${job.status}`),
		ended: () => void events.push(`${name} ended`),
	});
	const open = (id: string) => {
		channels.open(id, listener(id));
		return opened[id]?.at(-1) as Channel;
	};
	return { channels, opened, events, open };
}

it('passes on what the channel pushes, in order, and then its end', async () => {
	const { events, open } = setUp();
	const channel = open('a');
	channel.push(snapshotOf('a', 'queued'));
	channel.push(snapshotOf('a', 'running'));
	await settle();
	expect(events).toEqual(['a queued', 'a running']);
	channel.finish();
	await settle();
	expect(events).toEqual(['a queued', 'a running', 'a ended']);
});

it('reports a channel that breaks as ended, and throws nothing', async () => {
	const { events, open } = setUp();
	open('a').finish(new Error('cut'));
	await settle();
	expect(events).toEqual(['a ended']);
});

it('opens nothing where the provider cannot push', async () => {
	const { events } = setUp();
	new Channels(undefined).open('a', {
		received: () => void events.push('received'),
		ended: () => void events.push('ended'),
	});
	await settle();
	expect(events).toEqual([]);
});

it('opens one channel per job, and another one after the first has ended', async () => {
	const { opened, open } = setUp();
	const first = open('a');
	open('a');
	open('b');
	expect(opened['a']).toHaveLength(1);
	expect(opened['b']).toHaveLength(1);
	first.finish();
	await settle();
	open('a');
	expect(opened['a']).toHaveLength(2);
});

it('opens at most 8 channels, and one more for each that ends or is closed', async () => {
	const { channels, opened, open } = setUp();
	const ids = Array.from({ length: 9 }, (_, n) => `job-${n}`);
	for (const id of ids) open(id);
	expect(Object.keys(opened)).toEqual(ids.slice(0, 8));
	channels.close('job-0');
	open('late');
	opened['job-1']?.[0]?.finish();
	await settle();
	open('later');
	open('latest');
	expect(Object.keys(opened).slice(8)).toEqual(['late', 'later']);
});

it('a closed channel is stopped and reports nothing more', async () => {
	const { channels, events, open } = setUp();
	const channel = open('a');
	channels.close('a');
	expect(channel.signal?.aborted).toBe(true);
	channel.push(snapshotOf('a', 'succeeded'));
	channel.finish();
	await settle();
	expect(events).toEqual([]);
	channels.close('never opened');
});

it('the late end of a closed channel leaves the channel that was opened after it alone', async () => {
	const { channels, opened, events, open } = setUp();
	const first = open('a');
	channels.close('a');
	const second = open('a');
	first.finish();
	await settle();
	// The second one still counts as open.
	open('a');
	expect(opened['a']).toHaveLength(2);
	channels.close('a');
	expect(second.signal?.aborted).toBe(true);
	expect(events).toEqual([]);
});
