import { ImageError } from '../../model/errors';
import type { LookUpCall, SubmitCall } from '../../providers/provider';

/** A submit whose requests all succeed, unless the test overrides it. */
export function submitCall(more: Partial<SubmitCall> = {}): SubmitCall {
	return { idempotencyKey: 'key-1', maxWaitMs: 60_000, made: new Map(), paid: (_part, call) => call(), ...more };
}

/** A submit that records its payments: the parts in the order of their requests, and the returned ids. */
export function countingCall(more: Partial<SubmitCall> = {}) {
	const parts: number[] = [];
	const ids = new Map<number, string | null>();
	const call = submitCall({
		...more,
		async paid(part, send, idOf) {
			parts.push(part);
			const answer = await send();
			ids.set(part, idOf(answer));
			return answer;
		},
	});
	return { call, parts, ids };
}

/** A look-up long after the requests ended, with no ids taken or accepted since, unless the test overrides it. */
export function lookUpCall(more: Partial<LookUpCall> = {}): LookUpCall {
	return {
		idempotencyKey: 'key-1',
		parts: [0],
		since: Date.UTC(2026, 0, 1),
		quietMs: 20_000,
		timedOut: false,
		takenIds: async () => new Set(),
		laterIds: async () => [],
		...more,
	};
}

/** Why a submit stopped. */
export const enough = new ImageError('overloaded', { message: 'The server is full', httpStatus: 503 });
