import { concernsEndpoint, ImageError } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import type { Observation } from '../../providers/provider';
import { advanceSnapshot } from './transition';

/** How a wait ended. `pending`: time was up first; `error` is what the last look failed with, if it did. */
export type WaitResult =
	| { ended: true; snapshot: JobSnapshot }
	| { ended: false; snapshot: JobSnapshot | null; error: ImageError | null };

/**
 * How an end was learned: the provider announced it just then, or polls found it, the last of which had seen the job
 * run at `lastRunning`.
 */
export type EndSeen = 'announced' | { since: number; lastRunning: number | null };

/** Told of every end that is seen, and how it was learned, where that says when it was. */
export type OnEnd = (jobId: string, seen?: EndSeen) => void;

export interface Waiter {
	/** When it stops waiting, ms since the epoch. */
	deadline: number;
	resolve: (result: WaitResult) => void;
	reject: (error: ImageError) => void;
}

/** Failures in a row of one job's own look before its waiters are told; a broken connection does not count. */
const patience = 5;

/** A poll without an answer for so long, in ms, is why a job's state is not known. */
const silenceMs = 2_000;

function noAnswer(): ImageError {
	return new ImageError('timeout', {
		message: 'The provider was polled and has not answered',
		hint: 'The job is not lost: poll it again later',
	});
}

/** A job that somebody waits for: what is known of it, and who is to be told. */
export class PolledJob {
	readonly waiters = new Set<Waiter>();
	private lastError: ImageError | null = null;
	/** When it was last seen not to have ended. */
	lastRunning: number | null = null;
	/** Looks in a row that failed for this job alone. */
	private failures = 0;

	/** Since when a poll of it has been without an answer, ms since the epoch. */
	private polledSince: number | null = null;

	/** When it is to be looked at, ms since the epoch; infinite where that is decided for many together. */
	dueAt = 0;

	/** @param since when somebody began to wait, ms since the epoch */
	constructor(
		readonly id: string,
		readonly since: number,
		public snapshot: JobSnapshot | undefined,
	) {}

	/** A poll of it is under way. */
	polled(now: number): void {
		this.polledSince ??= now;
	}

	/**
	 * Takes in what was seen of it, and tells its waiters where that ends their wait. @param announced whether the
	 * provider said so by itself
	 */
	learn(observation: Observation, now: number, onEnd: OnEnd, announced = false): void {
		this.polledSince = null;
		if (!observation.ok) {
			this.lastError = observation.error;
			if (!concernsEndpoint(observation.error)) this.failures++;
			if (observation.error.retryable && this.failures < patience) return;
			// An id the provider does not know holds no slot either.
			if (observation.error.code === 'notFound') onEnd(this.id);
			this.reject(observation.error);
			return;
		}
		this.failures = 0;
		this.lastError = null;
		const snapshot = advanceSnapshot(this.snapshot, observation.snapshot);
		this.snapshot = snapshot;
		if (!isTerminal(snapshot.job.status)) {
			this.lastRunning = now;
			return;
		}
		onEnd(this.id, announced ? 'announced' : { since: this.since, lastRunning: this.lastRunning });
		for (const waiter of [...this.waiters]) waiter.resolve({ ended: true, snapshot });
	}

	/** The endpoint as a whole did not answer until now: looked at later, or, where that cannot help, told. */
	outage(error: ImageError, until: number): void {
		this.polledSince = null;
		this.lastError = error;
		this.dueAt = until;
		if (!error.retryable) this.reject(error);
	}

	/** Lets those go whose time is up, with what is known. */
	expire(now: number): void {
		// Reaching the deadline is no error, but a provider that does not answer is.
		const silent = this.polledSince !== null && now - this.polledSince >= silenceMs ? noAnswer() : null;
		for (const waiter of [...this.waiters]) {
			if (waiter.deadline <= now)
				waiter.resolve({ ended: false, snapshot: this.snapshot ?? null, error: this.lastError ?? silent });
		}
	}

	/** When the first of its waiters stops waiting. */
	get deadline(): number {
		let first = Number.POSITIVE_INFINITY;
		for (const { deadline } of this.waiters) first = Math.min(first, deadline);
		return first;
	}

	private reject(error: ImageError): void {
		for (const waiter of [...this.waiters]) waiter.reject(error);
	}
}
