import type { BudgetLimit, Memory } from '../../memory/memory';
import type { Claimant, Cost, JobRecord, PaidRequest, RecordChange, RecordedEndpoint } from '../../memory/record';
import { ImageError, outcomeOf, toImageError } from '../../model/errors';
import type { Answered, SubmitCall } from '../../providers/provider';
import { type Charge, charges } from '../endpoint/charge';
import type { Clock } from '../runtime/clock';
import type { InFlight } from './inFlight';
import { overBudget } from './budget';
import { outcomeOfFailure } from './outcome';

/** What a job is recorded as, should one be made. */
export interface Claim {
	claimant: Claimant;
	ref: string;
	/** The key for the provider. */
	wireKey: string;
	/** Keyed hash of all that decides the picture, the provider included. */
	request: string;
	model: string | null;
	endpoint: RecordedEndpoint;
	cost: Cost;
	limits: readonly BudgetLimit[];
}

/** Somebody else began a job under the same key in the meantime. */
export class AlreadyBegun extends ImageError {
	constructor() {
		super('conflict', {
			message: 'Another run is making the job of this item',
			delivery: 'notSent',
			outcome: 'notAccepted',
		});
	}
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

/**
 * The requests of one job that can cost money: each is in the journal before it leaves, and with its outcome
 * afterwards.
 */
export class PaidRequests {
	private requests: PaidRequest[];
	private writing: Promise<unknown> = Promise.resolve();
	/** When the last request of unknown outcome ended for us. */
	private lostAt: number | null = null;
	private lostByTimeout = false;

	/** @param record of an earlier attempt that is continued; null: nothing was sent yet */
	constructor(
		private readonly claim: Claim,
		private record: JobRecord | null,
		private readonly dependencies: Dependencies,
	) {
		this.requests = [...(record?.requests ?? [])];
	}

	/** The record, once a request has left. */
	get journaled(): JobRecord | null {
		return this.record;
	}

	/** What was made, by part, where it has an id. */
	get made(): ReadonlyMap<number, string> {
		return new Map(
			this.requests.flatMap(
				({ part, outcome, providerId }): Array<[number, string]> =>
					outcome === 'accepted' && providerId !== null ? [[part, providerId]] : [],
			),
		);
	}

	/** Parts that may have been made, and nothing has told since. A refused repeat does not settle them. */
	get unknownParts(): number[] {
		const accepted = new Set(this.requests.flatMap(({ part, outcome }) => (outcome === 'accepted' ? [part] : [])));
		return [
			...new Set(
				this.requests.flatMap(({ part, outcome }) =>
					(outcome === 'unknown' || outcome === 'sent') && !accepted.has(part) ? [part] : [],
				),
			),
		];
	}

	/** Whether any request was accepted. */
	get anyAccepted(): boolean {
		return this.requests.some(({ outcome }) => outcome === 'accepted');
	}

	/** What a look-up needs to know of the unknown parts. */
	get lost(): { parts: number[]; since: number; quietMs: number; timedOut: boolean } {
		const parts = this.unknownParts;
		const lost = this.requests.filter(({ part, outcome }) => parts.includes(part) && outcome !== 'notAccepted');
		const since = Math.min(...lost.map(({ sentAt }) => sentAt));
		// Of an earlier process it is not known when and how its requests ended: they were sent by then.
		const lostAt = this.lostAt ?? Math.max(...lost.map(({ sentAt }) => sentAt));
		return {
			parts,
			since,
			quietMs: this.dependencies.clock.now() - lostAt,
			timedOut: this.lostByTimeout || this.lostAt === null,
		};
	}

	/** See `SubmitCall.paid`. Fails with what the call failed with, its outcome decided. */
	readonly paid: SubmitCall['paid'] = async (part, call, idOf) => {
		const { isNotAccepted: isNotAccepted, mayReuseConnection, clock, inFlight, likeness } = this.dependencies;
		const left: PaidRequest[] = [];
		let leave: (() => void) | undefined;
		const charge: Charge = {
			mayReuseConnection,
			fact: { kind: 'notSent' },
			leaving: async () => {
				const request: PaidRequest = { part, outcome: 'sent', sentAt: clock.now(), providerId: null };
				await this.inTurn(() => this.write(request));
				left.push(request);
				leave ??= inFlight.enter(likeness);
			},
		};
		const answer = await outcomeOf(charges.run(charge, call));
		if (answer.ok) {
			for (const request of left) Object.assign(request, { outcome: 'accepted', providerId: idOf(answer.value) });
			// Only what stands in the journal cannot be taken for another's.
			if (leave) void this.update({}).then(leave, leave);
			return answer.value;
		}
		leave?.();
		const outcome = left.length === 0 ? 'notAccepted' : outcomeOfFailure(charge.fact, isNotAccepted);
		for (const request of left) request.outcome = outcome;
		if (outcome === 'unknown') {
			this.lostAt = clock.now();
			this.lostByTimeout ||= charge.fact.kind === 'unanswered' && charge.fact.timedOut;
		}
		throw withOutcome(answer.error, outcome);
	};

	/** A look-up has found what requests of unknown outcome made, or that the others made nothing. */
	settle(found: ReadonlyMap<number, string>, conclusive: boolean): void {
		for (const part of this.unknownParts) {
			const providerId = found.get(part);
			for (const request of this.requests) {
				if (request.part !== part || (request.outcome !== 'unknown' && request.outcome !== 'sent')) continue;
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
	 * The job was found under a key that the journal did not know: it was paid before, and takes nothing from a budget.
	 */
	async adopt(found: ReadonlyMap<number, string>): Promise<void> {
		const { claimant, limits: _limits, ...own } = this.claim;
		const sentAt = this.dependencies.clock.now();
		const requests = [...found].map(
			([part, providerId]): PaidRequest => ({ part, outcome: 'accepted', sentAt, providerId }),
		);
		const begun = await this.dependencies.memory.journal.begin({ ...claimant, ...own, requests }, []);
		if (begun.kind !== 'begun') throw new AlreadyBegun();
		this.record = begun.record;
		this.requests.push(...requests);
	}

	/**
	 * What the job costs: of a job of several requests, those that were refused, or never sent, cost nothing. @param
	 * count images asked for
	 */
	costOf(count: number): Cost {
		const { images, usd } = this.claim.cost;
		const counted = new Set(
			this.requests.flatMap(({ part, outcome }) => (outcome === 'notAccepted' ? [] : [part])),
		);
		if (this.requests.every(({ part }) => part === 0)) return { images, usd };
		const share = Math.min(1, counted.size / count);
		return { images: Math.round(images * share), usd: usd === null ? null : usd * share };
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

	/** One write after the other: parts of a job may leave at the same time. */
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
