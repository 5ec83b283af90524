import type { Memory } from '../../memory/memory';
import type { JobRecord, StoredSnapshot } from '../../memory/record';
import { ImageError, type Outcome, outcomeOf, toImageError } from '../../model/errors';
import { blankJob, isTerminal, type JobSnapshot } from '../../model/job';
import { checkRequest } from '../../providers/requestCheck';
import { advanceSnapshot } from '../polling/transition';
import type { Clock, Random } from '../runtime/clock';
import { beforeDeadline } from '../runtime/deadline';
import { certaintyOf } from './certainty';
import { AlreadyBegun, type Claim } from './claim';
import { InFlight } from './inFlight';
import { noSlot, notSentAgain } from './notSent';
import { unknownOutcome, unknownRest } from './outcome';
import { PaidRequests } from './paidRequests';
import { keepResult } from './storedSnapshot';
import type { Submission, SubmitOptions, Work } from './submission';
import { submitWithRetry } from './submitAttempts';

/** A job that was accepted, and its record in the journal. */
export interface Submitted {
	snapshot: JobSnapshot;
	record: JobRecord;
}

/** Makes one job at one endpoint, and writes the journal before and after. */
export class Submitter {
	private readonly services: Submission['services'];

	constructor(services: { clock: Clock; random: Random; memory: Memory }) {
		this.services = { ...services, inFlight: new InFlight() };
	}

	/**
	 * Gives the job as soon as the provider has accepted it. Throws `invalidRequest` before anything is sent, or an
	 * error with its outcome: `notAccepted` or `unknown`. If the signal aborts during a request, the request is
	 * completed.
	 * @param earlier a record of an unsettled attempt at this endpoint: it is settled before anything is sent
	 */
	async submit(work: Work, claim: Claim, earlier: JobRecord | null, options: SubmitOptions): Promise<Submitted> {
		const submission = this.submission(work, claim, earlier);
		const { endpoint, request, paid, certainty } = submission;
		try {
			if (!work.operation) checkRequest(endpoint.provider, request);
			if (paid.unknownParts.length > 0 && certainty() === 'none') throw notSentAgain();
			return await recordAccepted(submission, await acceptedJob(submission, options));
		} catch (thrown) {
			throw await recordFailed(submission, toImageError(thrown));
		}
	}

	private submission({ endpoint, request, operation }: Work, claim: Claim, earlier: JobRecord | null): Submission {
		const { clock, memory, inFlight } = this.services;
		const { provider } = endpoint;
		const session = operation ?? endpoint.session;
		// The item's request has changed, so a look-up by the request would not find the job.
		const isMissed = session.looksUpByKey !== true && earlier !== null && earlier.request !== claim.request;
		const certainty = () => {
			const ageMs = earlier === null ? 0 : clock.date().getTime() - earlier.createdAt;
			const settledBy = certaintyOf(provider, session, request, ageMs);
			return settledBy === 'lookup' && isMissed ? 'none' : settledBy;
		};
		// Every provider's list shows at least the prompt of a request.
		const likeness = `${endpoint.identity} ${request.prompt}`;
		const paid = new PaidRequests(claim, earlier, {
			...{ memory, clock, inFlight, likeness },
			isNotAccepted: (answer) => session.isNotAccepted(answer, request),
			mayReuseConnection: certainty() !== 'none',
		});
		const ownClaim = { ...claim, wireKey: earlier?.wireKey ?? claim.wireKey };
		return { endpoint, request, session, claim: ownClaim, paid, certainty, likeness, services: this.services };
	}
}

/** Takes a slot before the submit; a running job keeps it until its end. */
async function acceptedJob(submission: Submission, options: SubmitOptions): Promise<JobSnapshot> {
	const { endpoint, request, paid, services } = submission;
	const slot = await beforeDeadline(
		services.clock,
		options.deadline,
		options.signal,
		(either) => endpoint.slots.acquire(either, options.group),
		() => noSlot(endpoint.config.limits.jobsInFlight),
	);
	const submitted = await outcomeOf(submitWithRetry(submission, options));
	const made = submitted.ok ? submitted : await acceptedParts(submission, submitted.error);
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
	return submitted.ok ? withUnknownRest(made.value, paid) : made.value;
}

/** Some of several parts were accepted: they form the job, and the job's error is the error of the others. */
async function acceptedParts(
	{ session, request, claim, paid }: Submission,
	error: ImageError,
): Promise<Outcome<JobSnapshot>> {
	const failed = { ok: false as const, error };
	if (paid.made.size === 0) return failed;
	const givenUp = paid.unknownParts.length > 0 ? unknownRest(error) : error;
	const call = { idempotencyKey: claim.wireKey, maxWaitMs: 0, made: paid.made, paid: paid.paid, givenUp };
	const made = await outcomeOf(session.submit(request, call));
	return made.ok ? made : failed;
}

/** A job whose results arrived inside the answers. If other results were lost, its error says that they may be paid. */
function withUnknownRest(snapshot: JobSnapshot, { unknownParts }: PaidRequests): JobSnapshot {
	const { error } = snapshot.job;
	if (unknownParts.length === 0 || error === null) return snapshot;
	return {
		...snapshot,
		job: { ...snapshot.job, error: unknownRest(new ImageError(error.code, error)).toJobError() },
	};
}

/** Writes the job; inline images first, so that an end in the journal always has them. */
async function recordAccepted({ request, paid, services }: Submission, snapshot: JobSnapshot): Promise<Submitted> {
	const { clock, memory } = services;
	// An operation without images may return none.
	const { job, images } = snapshot.output ? snapshot : advanceSnapshot(undefined, snapshot);
	// The journal stores the creation time even if the provider's answer does not contain it.
	const createdAt = job.createdAt ?? clock.date().toISOString();
	const complete: JobSnapshot = { ...snapshot, images, job: { ...job, createdAt } };
	const record = paid.journaled;
	if (!record)
		throw new ImageError('upstream', {
			message: 'The provider gave a job without a request that can cost money',
			retryable: false,
		});
	const stored = await keepResult(memory, record.ref, complete);
	const cost = paid.costOf(request.count);
	await paid.update({ state: { state: isTerminal(job.status) ? 'ended' : 'accepted', snapshot: stored }, cost });
	return { snapshot: complete, record: { ...record, cost } };
}

/** Writes the outcome of a job that was not accepted, and gives the error with it. */
async function recordFailed({ paid, claim, certainty, endpoint }: Submission, error: ImageError): Promise<ImageError> {
	if (error instanceof AlreadyBegun) return error;
	// What was made has an ID, so the next attempt can give it: it must not end as a failed job.
	if (paid.unknownParts.length > 0 || paid.made.size > 0) {
		// The error of a stop or of an attempt that was not sent again is already complete.
		const isComplete = error.code === 'canceled' || (error.outcome === 'unknown' && error.delivery === 'notSent');
		const unknown = isComplete ? error : unknownOutcome(error, certainty(), claim.wireKey);
		await paid.update({ state: { state: 'unknown', error: unknown.toJobError() } });
		return unknown;
	}
	// The request was accepted, but its answer was empty: it may be paid, so it counts.
	if (paid.anyAccepted)
		await paid.update({ state: { state: 'ended', snapshot: failedSnapshot(endpoint.provider.id, error) } });
	else await paid.update({ state: { state: 'notAccepted', error: error.toJobError() } });
	return error;
}

function failedSnapshot(provider: string, error: ImageError): StoredSnapshot {
	return {
		job: { ...blankJob(provider), status: 'failed', completed: 0, error: error.toJobError() },
		images: [],
	};
}
