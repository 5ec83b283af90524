import type { Json } from '../../memory/memory';
import { settle, VirtualClock } from '../../test/support/virtualClock';
import { Durations } from '../polling/durations';
import type { EndSeen } from '../polling/polledJob';
import { JobTimes } from './jobTimes';
import { LearnedValues } from './learnedValues';

const request = { prompt: 'A cat', count: 1 };
const hour = 3_600_000;

function bench(saved: Record<string, Json> = {}) {
	const clock = new VirtualClock(1_000);
	const written: Record<string, Json> = {};
	const values = new LearnedValues({
		read: async () => saved,
		write: (more) => void Object.assign(written, more),
		digest: (kind) => `#${kind}`,
	});
	const times = new JobTimes(clock, values);
	/** Runs jobs one after the other, each of which takes this long. */
	const runs = async (count: number, ms: number, more: object = {}, seen: EndSeen = 'announced') => {
		for (let n = 0; n < count; n++) {
			times.began('job', { ...request, ...more });
			await clock.advance(ms);
			times.ended('job', seen);
		}
	};
	const typical = (more: object = {}) => {
		times.began('next', { ...request, ...more });
		const expected = times.expected('next')?.typical;
		times.ended('next');
		return expected;
	};
	return { clock, times, written, runs, typical };
}

it.each([
	['model', { model: 'a' }],
	['resolution', { resolution: '4K' }],
	['aspect ratio', { aspectRatio: '1:1' }],
	['count', { count: 2 }],
	['number of references', { references: [{ kind: 'url', url: 'https://a.example' }] }],
])('jobs of another %s have times of their own; another prompt is of the same kind', async (_what, more) => {
	const { runs, typical } = bench();
	await runs(6, 10_000);
	expect(typical({ prompt: 'A dog' })).toBeCloseTo(10_000, -3);
	expect(typical(more)).toBeUndefined();
});

it('a job counts from its beginning until its end, or for a day', async () => {
	const { clock, times } = bench();
	times.began('a', request);
	await clock.advance(hour);
	times.began('a', request);
	times.began('b', request);
	expect([times.count, times.has('a'), times.has('c')]).toEqual([2, true, false]);
	times.ended('b');
	times.ended('b');
	expect(times.count).toBe(1);
	await clock.advance(23 * hour - 1);
	expect(times.count).toBe(1);
	await clock.advance(1);
	expect([times.count, times.has('a')]).toEqual([0, false]);
});

it.each<[string, EndSeen, number | undefined]>([
	['the end is announced', 'announced', 10_000],
	['the first poll finds the end', { since: 0, lastRunning: null }, 9_000],
	['the end lies between two polls', { since: 0, lastRunning: 8_000 }, 9_000],
	['the wait began late', { since: 1_001, lastRunning: 8_000 }, undefined],
	['the wait began a little late', { since: 1_000, lastRunning: 8_000 }, 9_000],
])('the duration is known as precisely as it was seen: %s', async (_what, seen, expected) => {
	const { clock, times, written } = bench();
	await settle();
	const start = clock.now();
	times.began('job', request);
	await clock.advance(10_000);
	const shifted =
		seen === 'announced'
			? seen
			: { since: start + seen.since, lastRunning: seen.lastRunning === null ? null : start + seen.lastRunning };
	times.ended('job', shifted);
	expect(Object.values(written)).toEqual(expected === undefined ? [] : [{ at: clock.now(), ms: [expected] }]);
});

const saved = (kind: object, at: number, ms: Json): [string, Json] => {
	const { model, count = 1 } = kind as { model?: string; count?: number };
	return [`durations #${JSON.stringify([model, undefined, undefined, count, 0])}`, { at, ms }];
};
const six = (ms: number) => Array.from({ length: 6 }, () => ms);

it.each<[string, Record<string, Json>, boolean]>([
	['as they were written', Object.fromEntries([saved({}, 1, six(5_000))]), true],
	['with a negative time', Object.fromEntries([saved({}, 1, [...six(5_000), -1])]), false],
	['with a text as a time', Object.fromEntries([saved({}, 1, [...six(5_000), '1'])]), false],
	['without a list', Object.fromEntries([saved({}, 1, 5_000)]), false],
	['of another meaning', { [`rate ${saved({}, 1, 0)[0]}`]: { at: 1, ms: six(5_000) } }, false],
	['without their time', { [saved({}, 1, 0)[0]]: { ms: six(5_000) } }, false],
	['that are no object', { [saved({}, 1, 0)[0]]: null, 'durations x': 'text', 'durations y': 7 }, false],
])('saved durations %s are used only if they can be read', async (_what, values, isUsed) => {
	const { typical } = bench(values);
	await settle();
	expect(typical()).toEqual(isUsed ? expect.closeTo(5_000, -3) : undefined);
});

it('of very many saved kinds the newest are used', async () => {
	const kinds = Array.from({ length: Durations.maxKinds + 1 }, (_, n) => saved({ model: `m${n}` }, n, six(5_000)));
	const { typical } = bench(Object.fromEntries(kinds));
	await settle();
	expect(typical({ model: 'm1' })).toBeDefined();
	expect(typical({ model: 'm0' })).toBeUndefined();
});

it('saved durations are taken over once, before those that are seen now', async () => {
	const [name, value] = saved({}, 1, [0, ...six(5_000)]);
	const { clock, runs, written } = bench({ [name]: value });
	await settle();
	await runs(2, 7_000);
	expect(written).toEqual({ [name]: { at: clock.now(), ms: [0, ...six(5_000), 7_000, 7_000] } });
});
