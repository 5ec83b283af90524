import type { Memory } from '../../memory/memory';
import { ImageError, outcomeOf } from '../../model/errors';
import type { ImageRequest } from '../../model/request';
import type { LookedUp, Session } from '../../providers/provider';
import type { Clock, Moment } from '../runtime/clock';
import type { InFlight } from './inFlight';
import type { PaidRequests } from './paidRequests';

/** Pauses between look-ups that are not conclusive, in ms. */
export const lookUpPauses = { firstMs: 1_200, factor: 1.5, longestMs: 15_000 };

/** Longest time of a look-up, in ms. If it is not conclusive by then, the next retry continues. */
export const lookUpMs = 45_000;

/** Maximum number of ids of later jobs that a look-up may use. */
const maxLater = 50;

export interface LookUpOptions {
	session: Pick<Session, 'lookUp'>;
	inFlight: InFlight;
	/** See `PaidRequests`. */
	likeness: string;
	request: ImageRequest;
	wireKey: string;
	endpointDigest: string;
	credentialId: string;
	memory: Memory;
	clock: Clock;
	signal: AbortSignal;
	/** When to give up. */
	until: Moment;
	/** Calls the provider like a read: repeated after retryable errors. */
	read: <T>(call: () => Promise<T>) => Promise<T>;
}

/**
 * Looks up the jobs of requests with an unknown outcome, and repeats that until the outcome is certain. Resolves once
 * nothing is unknown any more; rejects when the signal aborts or the time is over, with the error of the last look-up.
 */
export async function settleByLookUp(paid: PaidRequests, options: LookUpOptions): Promise<void> {
	const { clock, signal, until, inFlight, likeness } = options;
	let pauseMs = lookUpPauses.firstMs;
	let reason: ImageError | null = null;
	for (;;) {
		try {
			await clock.sleep(pauseMs, signal);
		} catch (thrown) {
			throw reason ?? thrown;
		}
		pauseMs = Math.min(lookUpPauses.longestMs, pauseMs * lookUpPauses.factor);
		if (reason && clock.now() >= until) throw reason;
		if (inFlight.has(likeness)) {
			reason ??= outcomeStillUnknown('another request for the same is under way');
			continue;
		}
		const looked = await outcomeOf(inFlight.inTurn(likeness, () => lookUpOnce(paid, options)));
		if (!looked.ok) {
			if (signal.aborted) throw reason ?? looked.error;
			reason = looked.error;
			// If the error is not retryable, waiting does not help.
			if (!looked.error.retryable) throw looked.error;
			continue;
		}
		if (paid.unknownParts.length === 0) return;
		reason = outcomeStillUnknown(looked.value.conclusive ? 'a look-up found part of it' : looked.value.reason);
	}
}

/** Looks up once, and records the result before the next look-up can run. */
async function lookUpOnce(paid: PaidRequests, options: LookUpOptions): Promise<LookedUp> {
	const { session, request, wireKey, memory, signal, read } = options;
	const { parts, since, recordedSince, quietMs, timedOut } = paid.lost;
	const looked = await read(async () => {
		if (!session.lookUp)
			throw new ImageError('invalidRequest', {
				message: 'The provider cannot look a job up',
				delivery: 'notSent',
			});
		return await session.lookUp(request, {
			idempotencyKey: wireKey,
			parts,
			since,
			quietMs,
			timedOut,
			signal,
			takenIds: async (ids) => await memory.journal.takenIds(options.endpointDigest, ids),
			laterIds: async () => await laterIds(options, recordedSince),
		});
	});
	paid.settle(looked.found, looked.conclusive);
	await paid.update({});
	return looked;
}

function outcomeStillUnknown(why: string): ImageError {
	return new ImageError('timeout', {
		message: `A request was sent and its outcome is unknown: ${why}`,
		delivery: 'ambiguous',
	});
}

async function laterIds({ memory, credentialId, endpointDigest }: LookUpOptions, since: number): Promise<string[]> {
	const later = await memory.journal.list({
		credentialIds: [credentialId],
		since,
		states: ['accepted', 'ended'],
		limit: maxLater,
	});
	return later
		.filter(({ endpoint }) => endpoint.digest === endpointDigest)
		.flatMap(({ requests }) =>
			requests.flatMap(({ providerId, sentAt }) => (providerId !== null && sentAt > since ? [providerId] : [])),
		);
}
