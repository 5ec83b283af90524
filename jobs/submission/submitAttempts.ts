import type { ImageError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { inMs, type Moment } from '../runtime/clock';
import { beforeDeadline } from '../runtime/deadline';
import { withRetry } from '../runtime/retry';
import { AlreadyBegun } from './claim';
import { lookUpMs, settleByLookUp } from './lookUp';
import { notPacedInTime } from './notSent';
import type { Submission, SubmitOptions } from './submission';

/** How far back a job without a record is looked up by its key, in ms. */
const lookBackMs = 7 * 24 * 3_600_000;

/** Submits until the provider accepts the job, the submit fails for good, or the time is up. */
export async function submitWithRetry(submission: Submission, options: SubmitOptions): Promise<JobSnapshot> {
	const { endpoint, services } = submission;
	const { clock, random } = services;
	const { signal, deadline, group } = options;
	const attempts = new Attempts(submission, options);
	const work = (either: AbortSignal) =>
		withRetry(() => attempts.next(either), {
			...{ clock, random, signal: either, deadline },
			canRepeat: (error) => attempts.canRepeat(error),
		});
	return await beforeDeadline(
		clock,
		deadline,
		signal,
		(either) => endpoint.forGroup(group, () => work(either)),
		// The error of an earlier attempt is more useful than "no time for another attempt".
		() => attempts.lastError ?? notPacedInTime(endpoint.config.limits.requestsPerMinute),
	);
}

/** The attempts of one submission: each one settles unknown outcomes before it submits. */
class Attempts {
	lastError: ImageError | undefined;
	/** End of the look-ups of all attempts. */
	private lookUpUntil: Moment | undefined;
	private mustLookUpKey: boolean;

	constructor(
		private readonly submission: Submission,
		private readonly options: SubmitOptions,
	) {
		this.mustLookUpKey = options.isOutcomeUnknown === true && submission.session.looksUpByKey === true;
	}

	async next(signal: AbortSignal): Promise<JobSnapshot> {
		const { session, request, claim, paid, services } = this.submission;
		const { answerWithinMs = 0, deadline } = this.options;
		if (this.mustLookUpKey) await this.adoptByKey(signal);
		if (paid.unknownParts.length > 0 && this.submission.certainty() === 'lookup') await this.lookUp(signal);
		return await session.submit(request, {
			idempotencyKey: claim.wireKey,
			paid: paid.paid,
			signal,
			maxWaitMs: Math.max(answerWithinMs, deadline - services.clock.now()),
			made: paid.made,
		});
	}

	canRepeat(error: ImageError): boolean {
		const { paid, services } = this.submission;
		this.lastError = error;
		if (error instanceof AlreadyBegun) return false;
		if (paid.unknownParts.length > 0) {
			const isLookUpOver = this.lookUpUntil !== undefined && services.clock.now() >= this.lookUpUntil;
			return this.submission.certainty() !== 'none' && !isLookUpOver;
		}
		// Fail over only if this endpoint has certainly made nothing.
		return error.retryable && !(this.options.canFailOver === true && !paid.anyAccepted);
	}

	/** A job under the user's own key that the journal does not know. */
	private async adoptByKey(signal: AbortSignal): Promise<void> {
		const { session, request, claim, paid, services } = this.submission;
		const looked = await session.lookUp?.(request, {
			idempotencyKey: claim.wireKey,
			parts: partsOf(request),
			since: services.clock.date().getTime() - lookBackMs,
			quietMs: Number.POSITIVE_INFINITY,
			timedOut: false,
			signal,
			takenIds: async () => new Set<string>(),
			laterIds: async () => [],
		});
		this.mustLookUpKey = false;
		if (looked && looked.found.size > 0) await paid.adopt(looked.found);
	}

	private async lookUp(signal: AbortSignal): Promise<void> {
		const { session, request, claim, paid, likeness, services } = this.submission;
		const { clock, random, memory, inFlight } = services;
		this.lookUpUntil ??= inMs(clock, lookUpMs);
		await settleByLookUp(paid, {
			...{ inFlight, likeness, session, request, memory, clock, signal },
			until: this.lookUpUntil,
			wireKey: claim.wireKey,
			endpointDigest: claim.endpoint.digest,
			credentialId: claim.endpoint.credentialId,
			read: (read) => withRetry(read, { clock, random, signal, attempts: 2 }),
		});
	}
}

/** The parts of a request: each image may be one. */
const partsOf = ({ count }: ImageRequest) => Array.from({ length: count }, (_, part) => part);
