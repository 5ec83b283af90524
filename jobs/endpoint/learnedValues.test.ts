import type { Json } from '../../memory/memory';
import { fakeEndpoint, snapshotOf } from '../../test/support/fakeEndpoint';
import { memoryInProcess } from '../../test/support/makeAt';
import { settle, VirtualClock } from '../../test/support/virtualClock';
import { learnedOf, LearnedValues, type ScopedLearned } from './learnedValues';
import { never } from '../runtime/clock';

const forever = { deadline: never };

/** Saved values that are kept after the endpoints of a test are gone. */
function keeper(values: Record<string, Json> = {}): ScopedLearned & { values: Record<string, Json> } {
	return {
		values,
		read: async () => ({ ...values }),
		write: (more) => void Object.assign(values, JSON.parse(JSON.stringify(more))),
		digest: (text) => Buffer.from(text).toString('hex'),
	};
}

type Fake = ReturnType<typeof fakeEndpoint>;

async function runJobs({ clock, endpoint, submit }: Fake, count: number, name = 'job'): Promise<void> {
	for (let n = 0; n < count; n++) {
		const { job } = await clock.until(submit(`${name} ${n}`));
		await clock.until(endpoint.jobs.wait(job.id ?? '', forever));
	}
}

it('with the durations that one process learned, the next one polls less', async () => {
	const learned = keeper();
	const clock = new VirtualClock();
	await runJobs(fakeEndpoint({ clock, jobMs: 60_000, learned }), 8);
	const after = fakeEndpoint({ clock, jobMs: 60_000, learned });
	await settle();
	await runJobs(after, 1);
	expect(after.log.polls).toBeLessThanOrEqual(3);
});

it('work begins without the saved values, and what is learned before they are read is not lost', async () => {
	const learned = keeper();
	const clock = new VirtualClock();
	await runJobs(fakeEndpoint({ clock, jobMs: 60_000, learned }), 4, 'earlier');
	let deliver: () => void = () => undefined;
	const late = {
		...learned,
		read: () => new Promise<Record<string, Json>>((resolve) => (deliver = () => resolve({ ...learned.values }))),
	};
	const after = fakeEndpoint({ clock, jobMs: 60_000, learned: late });
	await runJobs(after, 2);
	const [kept] = Object.values(learned.values) as Array<{ ms: number[] }>;
	expect(kept?.ms).toHaveLength(4);
	deliver();
	await settle();
	// Four durations of the process before and two of this process are enough.
	const [merged] = Object.values(learned.values) as Array<{ ms: number[] }>;
	expect(merged?.ms).toHaveLength(6);
	const polls = after.log.polls;
	await runJobs(after, 1, 'later');
	expect(after.log.polls - polls).toBeLessThanOrEqual(3);
});

it('names and values contain no text of a user', async () => {
	const memory = memoryInProcess({ date: () => new Date(0) });
	const written: Array<Record<string, Json>> = [];
	const scopes: string[] = [];
	const learned = learnedOf(
		{
			learned: { ...memory.learned, write: (scope, values) => (scopes.push(scope), void written.push(values)) },
			digest: (purpose, text) => memory.digest(purpose, text),
		},
		'secret identity',
	);
	const { clock, endpoint, submit } = fakeEndpoint({ learned });
	const { job } = await clock.until(submit('k', { prompt: 'my prompt' }));
	await clock.until(endpoint.jobs.wait(job.id ?? '', forever));
	expect(written.length).toBeGreaterThan(0);
	expect(Object.keys(written[0] ?? {})).toEqual([expect.stringMatching(/^(durations [\w-]{43}|trust)$/)]);
	expect(JSON.stringify([written, scopes])).not.toMatch(/my prompt|secret|job-1/);
	expect(scopes[0]).toMatch(/^endpoint [\w-]{43}$/);
});

describe('trust in announcements', () => {
	/** Starts a wait for a job from its beginning. */
	const waitFor = ({ clock, endpoint }: Fake, id: string) =>
		endpoint.jobs.wait(id, {
			...forever,
			known: snapshotOf(id, 'queued', { createdAt: new Date(clock.now()).toISOString() }),
		});
	const announce = async (fake: Fake, count: number, name: string) => {
		for (let n = 0; n < count; n++) {
			const { job } = await fake.clock.until(fake.submit(`${name} ${n}`));
			const wait = waitFor(fake, job.id ?? '');
			await fake.clock.advance(100);
			fake.endpoint.jobs.announce(snapshotOf(job.id ?? '', 'succeeded'));
			await wait;
		}
	};

	it('is saved: the first batch after a restart polls only overdue jobs', async () => {
		const learned = keeper();
		const clock = new VirtualClock();
		await announce(fakeEndpoint({ clock, jobMs: 100, learned }), 8, 'before');
		const after = fakeEndpoint({ clock, jobMs: 100, learned });
		await settle();
		await announce(after, 5, 'after');
		expect(after.log.polls).toBe(0);
	});

	it('is one announcement short after a day', async () => {
		const learned = keeper();
		const clock = new VirtualClock();
		await announce(fakeEndpoint({ clock, jobMs: 100, learned }), 8, 'before');
		await clock.advance(25 * 3_600_000);
		const after = fakeEndpoint({ clock, jobMs: 2_000, learned });
		await settle();
		const { job } = await clock.until(after.submit('a'));
		const wait = waitFor(after, job.id ?? '');
		await clock.advance(1_900);
		expect(after.log.polls).toBeGreaterThan(0);
		after.endpoint.jobs.announce(snapshotOf(job.id ?? '', 'succeeded'));
		await wait;
		const polls = after.log.polls;
		const next = await clock.until(after.submit('b'));
		void waitFor(after, next.job.id ?? '');
		await clock.advance(1_900);
		expect(after.log.polls).toBe(polls);
	});
});

it('a learned limit holds from the first request after a restart', async () => {
	const learned = keeper({ rate: { count: 2, windowMs: 60_000, since: Date.UTC(2026, 0, 1) } });
	const { clock, endpoint, submit, submits } = fakeEndpoint({ clock: new VirtualClock(), learned });
	await settle();
	expect(endpoint.requestsPerMinute).toBe(2);
	const began = clock.now();
	await clock.until(Promise.all(['a', 'b', 'c'].map((key) => submit(key))));
	expect(submits.map(({ at }) => at - began)).toEqual([0, 0, 60_000]);
});

it('the limit of the credential takes precedence over the learned one', async () => {
	const learned = keeper({ rate: { count: 1, windowMs: 60_000, since: 0 } });
	const { endpoint } = fakeEndpoint({ requestsPerMinute: 100, learned });
	await settle();
	expect(endpoint.requestsPerMinute).toBe(100);
});

it.each([
	[{ trust: 'x', rate: 1, 'durations x': { at: 1, ms: ['y'] }, 'durations y': 7, breaker: [] }],
	[{ trust: { score: -1, at: 'x' }, rate: {}, 'durations x': null, breaker: { retryAt: 'x' } }],
])('damaged values change nothing', async (values) => {
	const fake = fakeEndpoint({ learned: keeper(values) });
	await settle();
	await runJobs(fake, 1);
	expect(fake.endpoint.requestsPerMinute).toBeNull();
});

it('values that cannot be read are learned again', async () => {
	const learned = { ...keeper(), read: () => Promise.reject(new Error('disk')) };
	await runJobs(fakeEndpoint({ learned }), 2);
});

it('a value is written once it has been read, the last one of each name', async () => {
	const written: Array<Readonly<Record<string, Json>>> = [];
	const values = new LearnedValues({ ...keeper(), write: (more) => void written.push(more) });
	values.change('a', () => 1);
	values.change('a', () => 2);
	expect(written).toEqual([]);
	await settle();
	values.change('b', () => 3);
	expect(written).toEqual([{ a: 2 }, { b: 3 }]);
});
