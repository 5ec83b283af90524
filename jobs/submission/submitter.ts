import type { Memory } from '../../memory/memory';
import type { JobRecord, StoredSnapshot } from '../../memory/record';
import { ImageError, outcomeOf, toImageError } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import type { Session } from '../../providers/provider';
import { checkRequest } from '../../providers/requestCheck';
import type { Endpoint } from '../endpoint/endpoint';
import type { Clock, Random } from '../runtime/clock';
import { beforeDeadline } from '../runtime/deadline';
import { withRetry } from '../runtime/retry';
import { advanceSnapshot } from '../polling/transition';
import { certaintyOf } from './certainty';
import { InFlight } from './inFlight';
import { lookUpMs, settleByLookUp } from './lookUp';
import { notSentAgain, unknownOutcome, unknownRest } from './outcome';
import { AlreadyBegun, type Claim, PaidRequests } from './paidRequests';
import { keepResult } from './storedSnapshot';

export interface SubmitOptions {
	signal?: AbortSignal | undefined;
	/**
	 * Until when to try (ms since the epoch): waiting for a free slot, for the pace, for a busy provider, and for a
	 * look-up to be certain.
	 */
	deadline: number;
	/**
	 * How long a provider that answers only when it is done may take from the moment its request leaves, ms. Without it
	 * a request that leaves shortly before the deadline would be given up at once, and paid.
	 */
	answerWithinMs?: number | undefined;
	/** Whom the request is for: those of one group wait for each other only, not for ten thousand of another. */
	group?: string | undefined;
	/** There are other endpoints to go to: a plain refusal is not repeated here. */
	canFailOver?: boolean | undefined;
	/**
	 * The key may have been used where our memory does not reach: where the provider finds jobs by key alone, it is
	 * asked first.
	 */
	isOutcomeUnknown?: boolean | undefined;
}

/** The part of a session that makes jobs. */
export type Submits = Pick<Session, 'submit' | 'isNotAccepted' | 'lookUp' | 'canLookUp' | 'looksUpByKey'>;

/** Where a job is made, and what it is. */
export interface Work {
	endpoint: Endpoint;
	request: ImageRequest;
	/** An operation of a provider node, in place of the session's own way to make images. */
	operation?: Submits | undefined;
}

/** A job that was accepted, and what the journal holds of it. */
export interface Submitted {
	snapshot: JobSnapshot;
	record: JobRecord;
}

/** How long a key's job may be back that is looked up although the journal does not know it, in ms. */
const lookBackMs = 7 * 24 * 3_600_000;

/** Makes one job at one endpoint, and has the journal know it before and after. */
export class Submitter {
	private readonly inFlight = new InFlight();

	constructor(private readonly dependencies: { clock: Clock; random: Random; memory: Memory }) {}

	/**
	 * Gives the job as soon as the provider has accepted it. Throws `invalidRequest` before anything is sent, else what
	 * went wrong, with its outcome: `notAccepted` or `unknown`. What is under way when the signal aborts is heard to its
	 * end.
	 * @param earlier a record of an unsettled attempt at this endpoint: it is settled before anything is sent
	 */
	async submit(
		{ endpoint, request, operation }: Work,
		claim: Claim,
		earlier: JobRecord | null,
		options: SubmitOptions,
	): Promise<Submitted> {
		const { clock, memory } = this.dependencies;
		const { provider } = endpoint;
		const session = operation ?? endpoint.session;
		const certainty = () => {
			const settledBy = certaintyOf(
				provider,
				session,
				request,
				clock.now() - (earlier?.createdAt ?? clock.now()),
			);
			// The item's request has changed since: a look-up that goes by the request would miss the job.
			const isMissed =
				settledBy === 'lookup' &&
				session.looksUpByKey !== true &&
				earlier !== null &&
				earlier.request !== claim.request;
			return isMissed ? 'none' : settledBy;
		};
		const paid = new PaidRequests(claim, earlier, {
			memory,
			clock,
			isNotAccepted: (answer) => session.isNotAccepted(answer, request),
			mayReuseConnection: certainty() !== 'none',
			inFlight: this.inFlight,
			likeness: likenessOf(endpoint, request),
		});
		const key = earlier?.wireKey ?? claim.wireKey;
		try {
			if (!operation) checkRequest(provider, request);
			if (paid.unknownParts.length > 0 && certainty() === 'none') throw notSentAgain();
			const snapshot = await this.accepted(
				{ endpoint, request, session },
				{ ...claim, wireKey: key },
				paid,
				certainty,
				options,
			);
			return await this.recorded(request, paid, snapshot);
		} catch (thrown) {
			throw await this.failed(thrown, paid, key, certainty(), provider.id);
		}
	}

	private async accepted(
		{ endpoint, request, session }: Work & { session: Submits },
		claim: Claim,
		paid: PaidRequests,
		certainty: () => ReturnType<typeof certaintyOf>,
		{ signal, deadline, answerWithinMs = 0, group, canFailOver = false, isOutcomeUnknown = false }: SubmitOptions,
	): Promise<JobSnapshot> {
		const { clock, random, memory } = this.dependencies;
		const { wireKey } = claim;
		const slot = await beforeDeadline(
			clock,
			deadline,
			signal,
			(either) => endpoint.slots.acquire(either, group),
			() => noSlot(endpoint.config.limits.jobsInFlight),
		);
		const call = { idempotencyKey: wireKey, paid: paid.paid };
		let last: ImageError | undefined;
		let lookUpUntil: number | undefined;
		let mustLookUp = isOutcomeUnknown && session.looksUpByKey === true;
		const attempt = async (either: AbortSignal): Promise<JobSnapshot> => {
			if (mustLookUp) {
				const looked = await session.lookUp?.(request, {
					idempotencyKey: wireKey,
					parts: parts(request),
					since: clock.now() - lookBackMs,
					quietMs: Number.POSITIVE_INFINITY,
					timedOut: false,
					signal: either,
					takenIds: async () => new Set<string>(),
					laterIds: async () => [],
				});
				mustLookUp = false;
				if (looked && looked.found.size > 0) await paid.adopt(looked.found);
			}
			if (paid.unknownParts.length > 0 && certainty() === 'lookup') {
				lookUpUntil ??= clock.now() + lookUpMs;
				await settleByLookUp(paid, {
					inFlight: this.inFlight,
					likeness: likenessOf(endpoint, request),
					until: lookUpUntil,
					session,
					request,
					wireKey,
					endpointDigest: claim.endpoint.digest,
					credentialId: claim.endpoint.credentialId,
					memory,
					clock,
					signal: either,
					read: (read) => withRetry(read, { clock, random, signal: either, attempts: 2 }),
				});
			}
			return await session.submit(request, {
				...call,
				signal: either,
				maxWaitMs: Math.max(answerWithinMs, deadline - clock.now()),
				made: paid.made,
			});
		};
		const work = beforeDeadline(
			clock,
			deadline,
			signal,
			(either) =>
				endpoint.forGroup(group, () =>
					withRetry(() => attempt(either), {
						clock,
						random,
						signal: either,
						deadline,
						canRepeat: (error) => {
							last = error;
							if (error instanceof AlreadyBegun) return false;
							if (paid.unknownParts.length > 0)
								return (
									certainty() !== 'none' && !(lookUpUntil !== undefined && clock.now() >= lookUpUntil)
								);
							// Elsewhere is only for what was certainly not made here, in no part.
							return error.retryable && !(canFailOver && !paid.anyAccepted);
						},
					}),
				),
			// What an earlier attempt met says more than that there was no time for another.
			() => last ?? noTurn(endpoint.config.limits.requestsPerMinute),
		);
		const outcome = await outcomeOf(work);
		const made = outcome.ok
			? { ok: true as const, value: withUnknownRest(outcome.value, paid) }
			: await this.partly(session, request, paid, wireKey, outcome.error);
		if (!made.ok) {
			slot.release();
			throw made.error;
		}
		const { id, status } = made.value.job;
		if (id === null || isTerminal(status)) slot.release();
		else {
			endpoint.began(id, request);
			slot.assign(id);
		}
		return made.value;
	}

	/** Of several parts some were accepted: they are the job, and why the rest is missing stands with it. */
	private async partly(
		session: Submits,
		request: ImageRequest,
		paid: PaidRequests,
		idempotencyKey: string,
		error: ImageError,
	) {
		const failed = { ok: false as const, error };
		if (paid.made.size === 0) return failed;
		const givenUp = paid.unknownParts.length > 0 ? unknownRest(error) : error;
		const made = await outcomeOf(
			session.submit(request, { idempotencyKey, maxWaitMs: 0, made: paid.made, paid: paid.paid, givenUp }),
		);
		return made.ok ? made : failed;
	}

	/** Writes what came of it; inline pictures first, so that an end in the journal always has them. */
	private async recorded(request: ImageRequest, paid: PaidRequests, snapshot: JobSnapshot): Promise<Submitted> {
		const { clock, memory } = this.dependencies;
		// An operation that is no job with images need not have any.
		const { job, images } = snapshot.output ? snapshot : advanceSnapshot(undefined, snapshot);
		// When a job was made is known also where the provider's answer is silent about it.
		const complete: JobSnapshot = {
			...snapshot,
			images,
			job: { ...job, createdAt: job.createdAt ?? new Date(clock.now()).toISOString() },
		};
		const record = paid.journaled;
		if (!record)
			throw new ImageError('upstream', {
				message: 'The provider gave a job without a request that can cost money',
				retryable: false,
			});
		const stored = await keepResult(memory, record.ref, complete);
		const state = isTerminal(job.status)
			? { state: 'ended' as const, snapshot: stored }
			: { state: 'accepted' as const, snapshot: stored };
		const cost = paid.costOf(request.count);
		await paid.update({ state, cost });
		return { snapshot: complete, record: { ...record, cost } };
	}

	/** The outcome of a job that was not accepted goes into the journal, and into the error. */
	private async failed(
		thrown: unknown,
		paid: PaidRequests,
		key: string,
		certainty: ReturnType<typeof certaintyOf>,
		provider: string,
	): Promise<ImageError> {
		const error = toImageError(thrown);
		if (error instanceof AlreadyBegun) return error;
		if (paid.unknownParts.length > 0) {
			// A stop says nothing of the provider, and an attempt that was not sent again has said all there is.
			const unknown =
				error.code === 'canceled' || (error.outcome === 'unknown' && error.delivery === 'notSent')
					? error
					: unknownOutcome(error, certainty, key);
			await paid.update({ state: { state: 'unknown', error: unknown.toJobError() } });
			return unknown;
		}
		// Accepted, and then its answer held nothing: it may be paid for, and counts.
		if (paid.anyAccepted)
			await paid.update({ state: { state: 'ended', snapshot: failedSnapshot(provider, error) } });
		else await paid.update({ state: { state: 'notAccepted', error: error.toJobError() } });
		return error;
	}
}

/** A job of results that came inside answers: where others were lost, its error says that they may be paid. */
function withUnknownRest(snapshot: JobSnapshot, { unknownParts }: PaidRequests): JobSnapshot {
	const { error } = snapshot.job;
	return unknownParts.length === 0 || error === null
		? snapshot
		: { ...snapshot, job: { ...snapshot.job, error: unknownRest(new ImageError(error.code, error)).toJobError() } };
}

/** What a provider's list shows of a request at the least. */
function likenessOf({ identity }: Endpoint, { prompt }: ImageRequest): string {
	return `${identity} ${prompt}`;
}

function failedSnapshot(provider: string, error: ImageError): StoredSnapshot {
	return {
		job: {
			provider,
			id: null,
			status: 'failed',
			progress: null,
			total: null,
			completed: 0,
			error: error.toJobError(),
			idempotencyKey: null,
			createdAt: null,
			updatedAt: null,
		},
		images: [],
	};
}

/** The parts of a request: each image may be one. */
const parts = ({ count }: ImageRequest) => Array.from({ length: count }, (_, part) => part);

function noSlot(jobsInFlight: number | null): ImageError {
	return new ImageError('rateLimited', {
		message: `No job ended in time: ${jobsInFlight} are in flight, as many as the credential allows`,
		hint: 'Raise "Max Wait", or "Jobs in Flight" in the credential if your tenant is allowed more',
		delivery: 'notSent',
	});
}

function noTurn(requestsPerMinute: number | null): ImageError {
	return new ImageError('rateLimited', {
		message: `Its turn to be sent did not come in time${requestsPerMinute === null ? '' : `: the credential allows ${requestsPerMinute} requests a minute`}`,
		hint: 'Raise "Max Wait", or "Requests per Minute" in the credential if your tenant is allowed more',
		delivery: 'notSent',
	});
}
