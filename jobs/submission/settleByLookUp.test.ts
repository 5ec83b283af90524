import { ImageError, outcomeOf } from '../../model/errors';
import type { Session } from '../../providers/provider';
import { memoryInProcess } from '../../test/support/makeAt';
import { VirtualClock } from '../../test/support/virtualClock';
import { inMs } from '../runtime/clock';
import { InFlight } from './inFlight';
import { lookUpMs, lookUpPauses, settleByLookUp } from './lookUp';
import type { PaidRequests } from './paidRequests';

/** Looks up one lost request. The times of the look-ups are noted. */
function settling(
	lookUp: (signal: AbortSignal | undefined) => ReturnType<NonNullable<Session['lookUp']>>,
	stop = new AbortController(),
) {
	const clock = new VirtualClock(0);
	const at: number[] = [];
	const state = { unknownParts: [0] };
	const paid = {
		get unknownParts() {
			return state.unknownParts;
		},
		lost: { parts: [0], since: 0, quietMs: 0, timedOut: false },
		settle: (found: ReadonlyMap<number, string>, conclusive: boolean) => {
			if (found.size > 0 || conclusive) state.unknownParts = [];
		},
		update: async () => true,
	} as unknown as PaidRequests;
	const settled = outcomeOf(
		settleByLookUp(paid, {
			session: {
				lookUp: async (_request, { signal }) => {
					at.push(clock.now());
					return await lookUp(signal);
				},
			},
			inFlight: new InFlight(),
			likeness: 'cat',
			request: { prompt: 'A cat', count: 1 },
			wireKey: 'key',
			endpointDigest: 'endpoint',
			credentialId: 'credential',
			memory: memoryInProcess(clock),
			clock,
			signal: stop.signal,
			until: inMs(clock, lookUpMs),
			read: async (call) => await call(),
		}),
	);
	return { clock, at, settled, stop };
}
const nothing = async () => ({
	found: new Map<number, string>(),
	conclusive: false as const,
	reason: 'it may be late',
});

it('the pauses between look-ups grow up to the longest, until the time is up', async () => {
	const { clock, at, settled } = settling(nothing);
	expect(await clock.until(settled)).toMatchObject({ ok: false, error: { code: 'timeout', delivery: 'ambiguous' } });
	const { firstMs, factor, longestMs } = lookUpPauses;
	const pauses = at.map((time, index) => time - (at[index - 1] ?? 0));
	expect(pauses).toEqual(pauses.map((_, index) => Math.min(longestMs, firstMs * factor ** index)));
	expect(at.at(-1)).toBeLessThan(lookUpMs);
	expect(clock.now()).toBeGreaterThanOrEqual(lookUpMs);
});

it('a retryable error is no end, and the error of the last look-up is the reason', async () => {
	let calls = 0;
	const { clock, settled } = settling(async () => {
		calls++;
		throw new ImageError('overloaded', { message: `Busy ${calls}` });
	});
	const result = await clock.until(settled);
	expect(result).toMatchObject({ ok: false, error: { code: 'overloaded', message: `Busy ${calls}` } });
	expect(calls).toBeGreaterThan(3);
});

it('a stop during a pause gives the reason of the last look-up, and before the first that it was stopped', async () => {
	const early = settling(nothing);
	early.stop.abort();
	expect(await early.clock.until(early.settled)).toMatchObject({ ok: false, error: { code: 'canceled' } });
	expect(early.at).toEqual([]);
	const late = settling(nothing);
	await late.clock.advance(lookUpPauses.firstMs);
	late.stop.abort();
	expect(await late.clock.until(late.settled)).toMatchObject({
		ok: false,
		error: { code: 'timeout', message: expect.stringContaining('it may be late') as string },
	});
	expect(late.at).toHaveLength(1);
});

it('a look-up that finds the job ends the waiting', async () => {
	const { clock, at, settled } = settling(async () => ({
		found: new Map([[0, 'a']]),
		conclusive: false,
		reason: '',
	}));
	expect(await clock.until(settled)).toMatchObject({ ok: true });
	expect(at).toEqual([lookUpPauses.firstMs]);
});
