import type { Memory } from '../../memory/memory';
import type { Cost, JobRecord, PaidRequest, RecordChange } from '../../memory/record';
import { ImageError, outcomeOf, toImageError } from '../../model/errors';
import type { Answered, SubmitCall } from '../../providers/provider';
import { type Charge, charges, type SendFact } from '../endpoint/charge';
import { type Clock, dateOf, type Moment } from '../runtime/clock';
import { overBudget } from './budget';
import { AlreadyBegun, type Claim } from './claim';
import type { InFlight } from './inFlight';
import { outcomeOfFailure } from './outcome';
import { costOfParts, isOpen, madePartsOf, unknownPartsOf } from './paidParts';

/** What a look-up needs to know about requests with an unknown outcome. */
interface Lost {
	parts: number[];
	/** When the first of them was sent, by the present date. */
	since: number;
	/** The same as the journal has it. It differs if the date was changed in the meantime. */
	recordedSince: number;
	quietMs: number;
	timedOut: boolean;
}

interface Dependencies {
	memory: Memory;
	clock: Clock;
	isNotAccepted: (answer: Answered) => boolean;
	/** See `Charge`. */
	mayReuseConnection: boolean;
	inFlight: InFlight;
	/** Requests that a look-up could take for one another. */
	likeness: string;
}

/** If a record's time is in the future, the date was set back: its request was sent within this time, in ms. */
const longestSetBackMs = 24 * 3_600_000;

/**
 * The requests of one job that can cost money: the journal has each request before it is sent, and its outcome
 * afterwards.
 */
export class PaidRequests {
	private requests: PaidRequest[];
	private writing: Promise<unknown> = Promise.resolve();
	/** When the pack stopped waiting for the last request with an unknown outcome. */
	private lostAt: Moment | null = null;
	private lostByTimeout = false;
	/** When this process sent a request: its date is known even after the computer's date has changed. */
	private readonly sent = new WeakMap<PaidRequest, Moment>();
	private readonly startedAt: Moment;

	/** @param record of an earlier attempt that is continued; null: nothing was sent yet */
	constructor(
		private readonly claim: Claim,
		private record: JobRecord | null,
		private readonly dependencies: Dependencies,
	) {
		this.requests = [...(record?.requests ?? [])];
		this.startedAt = dependencies.clock.now();
	}

	/** The record; it exists after the first request was sent. */
	get journaled(): JobRecord | null {
		return this.record;
	}

	/** The provider's ids of what was made, by part. */
	get made(): ReadonlyMap<number, string> {
		return madePartsOf(this.requests);
	}

	/** Parts with an unknown outcome. */
	get unknownParts(): number[] {
		return unknownPartsOf(this.requests);
	}

	/** Whether any request was accepted. */
	get anyAccepted(): boolean {
		return this.requests.some(({ outcome }) => outcome === 'accepted');
	}

	/** What a look-up needs to know about the unknown parts. */
	get lost(): Lost {
		const { clock } = this.dependencies;
		const parts = this.unknownParts;
		const lost = this.requests.filter(({ part, outcome }) => parts.includes(part) && outcome !== 'notAccepted');
		const recorded = lost.map(({ sentAt }) => sentAt);
		const now = clock.now();
		// For requests of an earlier process, the end is unknown; the time of sending is used.
		const quietMs =
			this.lostAt === null
				? Math.max(clock.date().getTime() - Math.max(...recorded), now - this.startedAt)
				: now - this.lostAt;
		return {
			parts,
			since: Math.min(...lost.map((request) => this.sentDate(request))),
			recordedSince: Math.min(...recorded),
			quietMs,
			timedOut: this.lostByTimeout || this.lostAt === null,
		};
	}

	/** When a request was sent, by the present date, ms since the epoch: providers' lists are compared with it. */
	private sentDate(request: PaidRequest): number {
		const { clock } = this.dependencies;
		const moment = this.sent.get(request);
		if (moment !== undefined) return dateOf(clock, moment);
		const now = clock.date().getTime();
		return request.sentAt > now ? now - longestSetBackMs : request.sentAt;
	}

	/** See `SubmitCall.paid`. Fails with the error of the call, its outcome decided. */
	readonly paid: SubmitCall['paid'] = async (part, call, idOf) => {
		const { mayReuseConnection, clock, inFlight, likeness } = this.dependencies;
		const left: PaidRequest[] = [];
		let leave: (() => void) | undefined;
		const charge: Charge = {
			mayReuseConnection,
			fact: { kind: 'notSent' },
			leaving: async () => {
				const sentAt = clock.date().getTime();
				const request: PaidRequest = { part, outcome: 'sent', sentAt, providerId: null };
				this.sent.set(request, clock.now());
				await this.inTurn(() => this.write(request));
				left.push(request);
				leave ??= inFlight.enter(likeness);
			},
		};
		const answer = await outcomeOf(charges.run(charge, call));
		const { fact } = charge;
		// What the call has begun and not ended, a connection or a timer, keeps its context, and with it the answer.
		charge.fact = { kind: 'notSent' };
		if (!answer.ok) {
			leave?.();
			throw this.failed(left, fact, answer.error);
		}
		for (const request of left) Object.assign(request, { outcome: 'accepted', providerId: idOf(answer.value) });
		// Until the journal has it, a look-up could take it for another request's job.
		if (leave) void this.update({}).then(leave, leave);
		return answer.value;
	};

	/** Decides the outcome of a failed call, of all requests that it sent. */
	private failed(left: readonly PaidRequest[], fact: SendFact, error: ImageError): ImageError {
		const { isNotAccepted, clock } = this.dependencies;
		const outcome = left.length === 0 ? 'notAccepted' : outcomeOfFailure(fact, isNotAccepted);
		for (const request of left) request.outcome = outcome;
		if (outcome === 'unknown') {
			this.lostAt = clock.now();
			this.lostByTimeout ||= fact.kind === 'unanswered' && fact.timedOut;
		}
		return withOutcome(error, outcome);
	}

	/** A look-up has found what requests of unknown outcome made, or that the others made nothing. */
	settle(found: ReadonlyMap<number, string>, conclusive: boolean): void {
		for (const part of this.unknownParts) {
			const providerId = found.get(part);
			for (const request of this.requests) {
				if (request.part !== part || !isOpen(request)) continue;
				if (providerId !== undefined) Object.assign(request, { outcome: 'accepted', providerId });
				else if (conclusive) request.outcome = 'notAccepted';
			}
		}
	}

	/** Brings the record up to date. @returns false where this process no longer holds it */
	async update(change: RecordChange): Promise<boolean> {
		return await this.inTurn(async () => {
			if (!this.record) return true;
			return await this.dependencies.memory.journal.change(this.record.ref, {
				...change,
				requests: this.copies(),
			});
		});
	}

	/**
	 * The job was found under a key that is not in the journal. It was paid before, so it does not count in a budget.
	 */
	async adopt(found: ReadonlyMap<number, string>): Promise<void> {
		const { claimant, limits: _limits, ...own } = this.claim;
		const sentAt = this.dependencies.clock.date().getTime();
		const requests = [...found].map(
			([part, providerId]): PaidRequest => ({ part, outcome: 'accepted', sentAt, providerId }),
		);
		const begun = await this.dependencies.memory.journal.begin({ ...claimant, ...own, requests }, []);
		if (begun.kind !== 'begun') throw new AlreadyBegun();
		this.record = begun.record;
		this.requests.push(...requests);
	}

	/** What the job costs. @param count images requested */
	costOf(count: number): Cost {
		return costOfParts(this.requests, this.claim.cost, count);
	}

	private async write(request: PaidRequest): Promise<void> {
		const { journal } = this.dependencies.memory;
		if (this.record) {
			const isHeld = await journal.change(
				this.record.ref,
				{ requests: [...this.copies(), { ...request }] },
				{ durable: true },
			);
			if (!isHeld) throw new AlreadyBegun();
			this.requests.push(request);
			return;
		}
		const { claimant, limits, ...own } = this.claim;
		const begun = await journal.begin({ ...claimant, ...own, requests: [{ ...request }] }, limits);
		if (begun.kind === 'exists') throw new AlreadyBegun();
		if (begun.kind === 'overBudget') throw overBudget(begun.limit, begun.spent, own.cost);
		this.record = begun.record;
		this.requests.push(request);
	}

	private copies(): PaidRequest[] {
		return this.requests.map((request) => ({ ...request }));
	}

	/** Writes run one after the other, because parts of a job may be sent at the same time. */
	private inTurn<T>(work: () => Promise<T>): Promise<T> {
		const turn = this.writing.then(work, work);
		this.writing = turn.catch(() => undefined);
		return turn;
	}
}

function withOutcome(error: ImageError, outcome: 'notAccepted' | 'unknown'): ImageError {
	if (error instanceof AlreadyBegun || error.outcome === outcome) return error;
	const { code, message, hint, retryable, httpStatus, retryAfterMs, delivery } = toImageError(error);
	return new ImageError(code, {
		message,
		hint,
		retryable,
		httpStatus,
		retryAfterMs,
		delivery,
		outcome,
		cause: error,
	});
}
