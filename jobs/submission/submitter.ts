import { ImageError, outcomeOf } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import type { Capabilities, EndpointLimits, ProviderDefinition, Session } from '../../providers/provider';
import { checkRequest } from '../../providers/requestCheck';
import type { Clock, Random } from '../runtime/clock';
import { KeyMemory } from '../runtime/keyMemory';
import { withRetry } from '../runtime/retry';
import type { Slots } from '../runtime/slots';
import { advanceSnapshot } from '../polling/transition';

export interface SubmitOptions {
	idempotencyKey: string;
	signal?: AbortSignal | undefined;
	/** Until when to try (ms since the epoch): waiting for a free slot, for the pace, and for a busy provider. */
	deadline: number;
	/** Whom the request is for: those of one group wait for each other only, not for ten thousand of another. */
	group?: string | undefined;
	/** An earlier submit with this key got no answer (it stands in the node's context): the job is looked for first. */
	unclear?: { since: number } | undefined;
	/** The key may have been used before, and its job exist: it is looked for first. Where it is not known since when, only by its key. */
	mayExist?: { since: number | null } | undefined;
	/** There are other endpoints to go to: a plain refusal is not repeated here. */
	elsewhere?: boolean | undefined;
	/** Told of a job that was accepted after the signal had aborted: the request was under way, and is heard to its end. */
	ifStopped?: ((snapshot: JobSnapshot) => void) | undefined;
}

/** A key that is used again is used within this time, in ms. */
const lookBackMs = 7 * 24 * 3_600_000;

/** Makes the jobs of one endpoint: each key once, whoever asks and however often. */
export class Submitter {
	private readonly submits: KeyMemory<JobSnapshot>;

	constructor(
		private readonly provider: ProviderDefinition,
		private readonly session: Session,
		private readonly slots: Slots,
		private readonly limits: EndpointLimits,
		private readonly dependencies: {
			clock: Clock;
			random: Random;
			/** Told of every job that runs now, before anybody can ask after it. */
			onMade: (jobId: string, request: ImageRequest) => void;
		},
	) {
		this.submits = new KeyMemory(dependencies.clock);
	}

	/** See `Endpoint.submit`. */
	async submit(request: ImageRequest, options: SubmitOptions): Promise<JobSnapshot> {
		checkRequest(this.provider, request);
		return await this.submits.once(options.idempotencyKey, options.signal, () => this.submitNew(request, options));
	}

	private async submitNew(request: ImageRequest, { idempotencyKey, signal, deadline, unclear, mayExist, ifStopped, group, elsewhere = false }: SubmitOptions): Promise<JobSnapshot> {
		const { clock, random } = this.dependencies;
		const { idempotency: stated } = this.provider.capabilities;
		const canFind = this.session.find !== undefined && (this.session.canFind?.(request) ?? true);
		const idempotency = stated === 'lookup' && !canFind ? 'none' : stated;
		if (unclear && idempotency === 'none') throw perhapsPaid();
		const slot = await this.before(deadline, signal, (either) => this.slots.acquire(either, group), () => noSlot(this.limits.jobsInFlight));
		let last: ImageError | undefined;
		const begunAt = clock.now();
		let doubtSince = unclear?.since ?? this.lookFrom(mayExist);
		// An attempt was sent and not answered, and nothing has told since what became of it.
		let unheard = unclear !== undefined;
		const attempts = this.before(
			deadline,
			signal,
			(either) =>
				withRetry(
					async () => {
						if (idempotency === 'lookup' && doubtSince !== null) {
							const made = await this.session.find?.(request, { idempotencyKey, since: doubtSince, signal: either });
							if (made) return made;
							unheard = false;
						}
						return await this.session.submit(request, { idempotencyKey, signal: either, maxWaitMs: deadline - clock.now() });
					},
					{
						clock,
						random,
						signal: either,
						deadline,
						canRepeat: (error) => {
							last = error;
							// Elsewhere is only for what was certainly not made here.
							if (isRefusal(error)) return !elsewhere || unheard;
							unheard = true;
							doubtSince ??= begunAt;
							// It may have been made all the same: safe to send again only with a key of the provider's own, or after a look.
							return idempotency !== 'none';
						},
					},
				),
			// What an earlier attempt met says more than that there was no time for another.
			() => last ?? noTurn(this.limits.requestsPerMinute),
		);
		const outcome = await outcomeOf(attempts);
		if (!outcome.ok) {
			slot.release();
			throw isUnclear(outcome.error) || (unheard && isRefusal(outcome.error)) ? perhapsMade(outcome.error, idempotency, idempotencyKey) : outcome.error;
		}
		const { id, status } = outcome.value.job;
		if (id === null || isTerminal(status)) slot.release();
		else {
			this.dependencies.onMade(id, request);
			slot.bind(id);
		}
		if (signal?.aborted) ifStopped?.(outcome.value);
		const { job, images } = advanceSnapshot(undefined, outcome.value);
		// When a job was made is known also where the provider's answer is silent about it.
		return { ...outcome.value, images, job: { ...job, createdAt: job.createdAt ?? new Date(clock.now()).toISOString() } };
	}

	/** From when on a job is looked for before the first submit; null: it is not. */
	private lookFrom(mayExist: SubmitOptions['mayExist']): number | null {
		if (!mayExist) return null;
		return mayExist.since ?? (this.session.findsByKey ? this.dependencies.clock.now() - lookBackMs : null);
	}

	/** The work, which is stopped by its signal when time is up, and then fails with `tooLate`. */
	private async before<T>(deadline: number, signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>, tooLate: () => ImageError): Promise<T> {
		const { clock } = this.dependencies;
		const late = new AbortController();
		const done = new AbortController();
		clock.sleep(deadline - clock.now(), done.signal).then(() => late.abort(), () => undefined);
		const outcome = await outcomeOf(work(signal ? AbortSignal.any([signal, late.signal]) : late.signal));
		done.abort();
		if (outcome.ok) return outcome.value;
		throw outcome.error.code === 'canceled' && late.signal.aborted && !signal?.aborted ? tooLate() : outcome.error;
	}
}

/** Whether the provider has certainly not begun: it was not reached, or said that it is too busy. A 500 or a gateway's time-out says no such thing. */
export function isRefusal({ delivery, code, httpStatus }: ImageError): boolean {
	return delivery === 'notSent' || code === 'rateLimited' || httpStatus === 503;
}

/** Whether nobody knows if the job was made: no answer came to its end, or one that cannot be read and is no refusal. */
function isUnclear({ delivery, code, httpStatus, retryable }: ImageError): boolean {
	if (code === 'canceled') return false;
	return delivery === 'ambiguous' || (code === 'malformedResponse' && retryable && (httpStatus ?? 200) < 300);
}

/** Sent and not answered to the end; the hint says how the job, if there is one, can be had without paying again. */
function perhapsMade(error: ImageError, idempotency: Capabilities['idempotency'], key: string): ImageError {
	const { code, message, retryable, httpStatus } = error;
	const hint = {
		native: `Run this item again with the idempotency key ${key}: it gives that job, not a second one`,
		lookup: 'Run this item again: the job is looked for before another is made',
		none: 'Look at the provider before you run this item again: it may be paid already',
	}[idempotency];
	return new ImageError(code, { message: `${message}. The job may have been made all the same`, hint, retryable, httpStatus, delivery: 'ambiguous', cause: error });
}

/** Neither a key nor a look tells what became of an earlier attempt: only a person may decide to pay once more. */
function perhapsPaid(): ImageError {
	return new ImageError('conflict', {
		message: 'An earlier attempt of this item was sent and not answered, so it may have been paid; it is not sent again',
		hint: 'Look at the provider. To generate all the same, run the workflow anew, or give the item another "Idempotency Key" in the options',
		delivery: 'notSent',
	});
}

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
