import fc from 'fast-check';
import { lookUpCall } from '../test/support/providerCalls';
import { type Candidate, chooseAmong, clockAheadMs, lookedUp, wouldShow } from './lookUp';

const { since } = lookUpCall();
const at = (id: string, secondsAfter: number, more: Partial<Candidate> = {}): Candidate => ({
	id,
	createdAt: since + 1000 * secondsAfter,
	isExact: true,
	reported: ['model', 1],
	...more,
});
const choose = (candidates: Candidate[], more: Parameters<typeof lookUpCall>[0] = {}) =>
	chooseAmong(candidates, lookUpCall(more), 'The server');
const found = async (...args: Parameters<typeof choose>) => Object.fromEntries((await choose(...args)).found);

it.each([
	[2_999, false, false],
	[3_000, false, true],
	[14_999, true, false],
	[15_000, true, true],
])('after %i ms, timed out %s, what was made would show: %s', (quietMs, timedOut, shows) => {
	expect(wouldShow({ quietMs, timedOut })).toBe(shows);
	expect(lookedUp(new Map(), { parts: [0], quietMs, timedOut }, 'The server').conclusive).toBe(shows);
	expect(lookedUp(new Map([[0, 'a']]), { parts: [0], quietMs, timedOut }, 'The server').conclusive).toBe(true);
});

it.each([
	['Thu, 01 Jan 2026 00:02:00 GMT', 120_000],
	['Wed, 31 Dec 2025 23:59:00 GMT', -60_000],
	// The header has whole seconds, so a small difference counts as none.
	['Thu, 01 Jan 2026 00:00:02 GMT', 0],
	['Wed, 31 Dec 2025 23:59:58 GMT', 0],
	['soon', 0],
])('a server that says %s is ahead by %i ms', (date, ahead) => {
	expect(clockAheadMs({ date }, { sentAt: since, answeredAt: since })).toBe(ahead);
	expect(clockAheadMs({}, { sentAt: since, answeredAt: since })).toBe(0);
});

it('an answer that was slow, or read late, shows no clock difference', () => {
	const date = 'Thu, 01 Jan 2026 00:00:00 GMT';
	expect(clockAheadMs({ date }, { sentAt: since, answeredAt: since + 9_000 })).toBe(0);
	expect(clockAheadMs({ date }, { sentAt: since - 9_000, answeredAt: since })).toBe(0);
	expect(clockAheadMs({ date }, { sentAt: since + 60_000, answeredAt: since + 69_000 })).toBe(-60_000);
});

it('takes the oldest first, a part each, in their order', async () => {
	expect(await found([at('c', 3), at('a', 1), at('b', 2)], { parts: [4, 2] })).toEqual({ 2: 'a', 4: 'b' });
});

it('what is older than the requests is not theirs, but for the clocks', async () => {
	expect(await found([at('old', -6), at('own', -4)])).toEqual({ 0: 'own' });
});

it('what belongs to others is left to them', async () => {
	const taken = async () => new Set(['a']);
	expect(await found([at('a', 1), at('b', 2)], { takenIds: taken })).toEqual({ 0: 'b' });
	expect(await choose([at('a', 1)], { takenIds: taken })).toEqual({ found: new Map(), conclusive: true });
});

it('one that fits exactly is preferred to an older one that may fit', async () => {
	expect(await found([at('possible', 1, { isExact: false }), at('exact', 2)])).toEqual({ 0: 'exact' });
});

it('of several matching rows any one is used if all lead to the same result', async () => {
	expect(await found([at('b', 2, { isExact: false }), at('a', 1, { isExact: false })])).toEqual({ 0: 'a' });
});

it.each([
	['differ', [at('a', 1, { isExact: false, reported: ['x'] }), at('b', 2, { isExact: false, reported: ['y'] })]],
	['do not say when they were made', [at('a', Number.NaN)]],
])('where those that may fit %s, the look-up does not choose', async (_what, candidates) => {
	expect(await choose(candidates)).toMatchObject({
		found: new Map(),
		conclusive: false,
		reason: expect.stringContaining('does not report which one it is') as string,
	});
	// If one candidate is exact, the others do not matter.
	expect(await found([...candidates, at('exact', 3)])).toEqual({ 0: 'exact' });
});

it('never gives a taken one, one twice, or one to a part that was not asked for', async () => {
	const candidate = fc.record({
		id: fc.string({ minLength: 1, maxLength: 2 }),
		createdAt: fc.oneof(fc.integer({ min: since - 10_000, max: since + 10_000 }), fc.constant(Number.NaN)),
		isExact: fc.boolean(),
		reported: fc.constantFrom('x', 'y'),
	});
	await fc.assert(
		fc.asyncProperty(
			fc.uniqueArray(candidate, { selector: ({ id }) => id }),
			fc.uniqueArray(fc.nat(9), { minLength: 1 }),
			fc.uniqueArray(fc.string({ minLength: 1, maxLength: 2 })),
			async (candidates, parts, taken) => {
				const looked = await choose(candidates, {
					parts,
					takenIds: async (ids) => new Set(taken.filter((id) => ids.includes(id))),
				});
				const ids = [...looked.found.values()];
				expect(new Set(ids).size).toBe(ids.length);
				expect([...looked.found.keys()].every((part) => parts.includes(part))).toBe(true);
				expect(ids.some((id) => taken.includes(id))).toBe(false);
				// After a conclusive look-up no remaining row can be one of the jobs.
				const free = candidates.filter(
					({ id, createdAt }) => !taken.includes(id) && !(createdAt < since - 5_000),
				);
				if (looked.conclusive && looked.found.size < parts.length) expect(looked.found.size).toBe(free.length);
			},
		),
	);
});
