import { concernsEndpoint, ImageError } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import type { Observation } from '../../providers/provider';
import { type Moment, never } from '../runtime/clock';
import { advanceSnapshot, isEmptySuccess } from './transition';

/**
 * How a wait ended. `ended: false`: the deadline came first, with the last known state and the error of the last poll,
 * if it failed.
 */
export type WaitResult =
	| { ended: true; snapshot: JobSnapshot }
	| { ended: false; snapshot: JobSnapshot | null; error: ImageError | null };

/**
 * How an end was seen: the provider announced it, or a poll found it. `lastRunning` is the last poll that saw
 * the job run, `since` when the first execution began to wait.
 */
export type EndSeen = 'announced' | { since: number; lastRunning: number | null };

/** Called at each end that is seen. `seen` is absent if the time of the end is unknown. */
export type OnEnd = (jobId: string, seen?: EndSeen) => void;

export interface Waiter {
	/** When it stops waiting. */
	deadline: Moment;
	resolve: (result: WaitResult) => void;
	reject: (error: ImageError) => void;
}

/**
 * Number of consecutive polls that must fail for one job before its waiters get the error. A lost connection does not
 * count.
 */
const maxFailures = 5;

/** Number of polls that must report a success without an image before it counts. */
const maxEmptySuccesses = 3;

/** If a poll has no answer for this time, in ms, the error reports that as the reason for an unknown state. */
const silenceMs = 2_000;

function noAnswer(): ImageError {
	return new ImageError('timeout', {
		message: 'The provider was polled and has not answered',
		hint: 'The job is not lost: poll it again later',
	});
}

/** A job that executions wait for: its known state, and its waiters. Its times are those of `Clock.now`. */
export class PolledJob {
	readonly waiters = new Set<Waiter>();
	private lastError: ImageError | null = null;
	/** When a poll last saw it run. */
	lastRunning: number | null = null;
	/** Polls in a row that failed for this job alone. */
	private failures = 0;
	/** Polls that reported success without an image. */
	private emptySuccesses = 0;

	/** Start of the current poll that has no answer yet. */
	private polledSince: number | null = null;

	/** Time of the next poll; infinite if it is polled together with others. */
	dueAt = 0;

	/** @param since when the first execution began to wait */
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
	 * Takes in an observation of the job, and ends the waits that it decides.
	 * @param announced whether the provider pushed it, rather than answered a poll
	 */
	learn(observation: Observation, now: number, onEnd: OnEnd, announced = false): void {
		this.polledSince = null;
		if (!observation.ok) {
			this.fail(observation.error, onEnd);
			return;
		}
		this.failures = 0;
		this.lastError = null;
		const isEmpty = !announced && isEmptySuccess(observation.snapshot.job);
		if (isEmpty && ++this.emptySuccesses < maxEmptySuccesses) return;
		const snapshot = advanceSnapshot(this.snapshot, observation.snapshot);
		this.snapshot = snapshot;
		if (!isTerminal(snapshot.job.status)) {
			this.lastRunning = now;
			return;
		}
		onEnd(this.id, announced ? 'announced' : { since: this.since, lastRunning: this.lastRunning });
		for (const waiter of [...this.waiters]) waiter.resolve({ ended: true, snapshot });
	}

	/**
	 * The poll as a whole failed. It is repeated at `until`, or, if the error is not retryable, the waiters get the
	 * error.
	 */
	outage(error: ImageError, until: number): void {
		this.polledSince = null;
		this.lastError = error;
		this.dueAt = until;
		if (!error.retryable) this.reject(error);
	}

	/** Resolves the waiters whose deadline has passed with the known state. */
	expire(now: number): void {
		// Reaching the deadline is not an error, but a provider that does not answer is.
		const silent = this.polledSince !== null && now - this.polledSince >= silenceMs ? noAnswer() : null;
		for (const waiter of [...this.waiters]) {
			if (waiter.deadline <= now)
				waiter.resolve({ ended: false, snapshot: this.snapshot ?? null, error: this.lastError ?? silent });
		}
	}

	/** When the first of its waiters stops waiting. */
	get deadline(): Moment {
		let first = never;
		for (const { deadline } of this.waiters) if (deadline < first) first = deadline;
		return first;
	}

	private fail(error: ImageError, onEnd: OnEnd): void {
		this.lastError = error;
		if (!concernsEndpoint(error)) this.failures++;
		if (error.retryable && this.failures < maxFailures) return;
		// A job that the provider does not know holds no slot either.
		if (error.code === 'notFound') onEnd(this.id);
		this.reject(error);
	}

	private reject(error: ImageError): void {
		for (const waiter of [...this.waiters]) waiter.reject(error);
	}
}
