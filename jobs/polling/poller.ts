import { type ImageError, toImageError } from '../../model/errors';
import { isTerminal } from '../../model/job';
import type { Observation } from '../../providers/provider';
import type { Clock, Random } from '../runtime/clock';
import { pauseBefore } from '../runtime/retry';
import type { PolledJob } from './polledJob';
import type { PollSchedule } from './pollSchedule';

export interface PollerOptions {
	poll: (ids: readonly string[], signal: AbortSignal) => Promise<Map<string, Observation>>;
	/** Whether one poll for all jobs costs about as much as one for a single job. */
	bulk: boolean;
	schedule: PollSchedule;
	clock: Clock;
	random: Random;
	/** Called with what a poll saw of a job. */
	learn: (job: PolledJob, observation: Observation) => void;
}

/** Failed polls in a row after which the pause grows no more. */
const maxOutages = 6;

/** The polling loop of an endpoint. One loop polls for all executions; it runs only while there are jobs. */
export class Poller {
	private isRunning = false;
	/** Ends the present sleep of the loop or of the deadline guard, so that the next due time is calculated again. */
	private alarm = new AbortController();
	/** The poll under way, and the jobs that still need its answer. */
	private current: { remaining: Set<PolledJob>; abort: AbortController } | null = null;
	private lastPollAt = Number.NEGATIVE_INFINITY;
	/** Polls in a row that failed as a whole. */
	private outages = 0;

	/** @param jobs those to poll; the owner adds and removes them */
	constructor(
		private readonly jobs: ReadonlyMap<string, PolledJob>,
		private readonly options: PollerOptions,
	) {}

	/** A job or a waiter was added: the loop runs and calculates its next poll again. */
	start(): void {
		this.wake();
		void this.run();
	}

	/** Calculates the next poll and the next deadline again. */
	wake(): void {
		this.alarm.abort();
	}

	/** No execution needs this job any more. A poll that no other job needs is aborted. */
	drop(job: PolledJob): void {
		if (this.current?.remaining.delete(job) && this.current.remaining.size === 0) this.current.abort.abort();
	}

	/** The schedule knows more than before: every job's next poll may be at another time. */
	reschedule(): void {
		for (const job of this.jobs.values()) job.dueAt = this.options.schedule.nextPollAt(job);
		this.wake();
	}

	private async run(): Promise<void> {
		if (this.isRunning) return;
		this.isRunning = true;
		try {
			while (this.jobs.size > 0) {
				await this.sleepUntilNext();
				this.expire();
				const due = this.due();
				if (due.length > 0) await this.poll(due);
			}
		} finally {
			this.isRunning = false;
		}
	}

	private async sleepUntilNext(): Promise<void> {
		const { clock } = this.options;
		this.alarm = new AbortController();
		const pause = Math.min(this.nextDeadline(), this.nextPollAt()) - clock.now();
		if (pause > 0) await clock.sleep(pause, this.alarm.signal).catch(() => undefined);
	}

	/** The next poll: a job's own time, or the time of those that are polled together. */
	private nextPollAt(): number {
		const { schedule, bulk } = this.options;
		let next = Number.POSITIVE_INFINITY;
		const together: PolledJob[] = [];
		for (const job of this.jobs.values()) {
			if (Number.isFinite(job.dueAt)) next = Math.min(next, job.dueAt);
			else together.push(job);
		}
		next = Math.min(next, schedule.sharedPollAt(together, this.lastPollAt));
		// Jobs added during a poll are covered by the next one; without a pause each would cost a poll of its own.
		return bulk ? Math.max(next, this.lastPollAt + schedule.minPauseMs) : next;
	}

	/** The jobs whose time has come; in bulk all jobs, since further ones cost nothing. */
	private due(): PolledJob[] {
		const now = this.options.clock.now();
		if (this.nextPollAt() > now) return [];
		const all = [...this.jobs.values()];
		return this.options.bulk ? all : all.filter(({ dueAt }) => dueAt <= now);
	}

	private async poll(due: readonly PolledJob[]): Promise<void> {
		const { clock, schedule } = this.options;
		const abort = new AbortController();
		this.current = { remaining: new Set(due), abort };
		for (const job of due) job.polled(clock.now());
		const ids = due.map(({ id }) => id);
		try {
			const observations = await this.expiring(this.options.poll(ids, abort.signal));
			this.outages = 0;
			for (const job of due) {
				const observation = observations.get(job.id);
				if (observation) this.learn(job, observation);
				job.dueAt = schedule.nextPollAt(job);
			}
		} catch (thrown) {
			this.outage(due, toImageError(thrown));
		} finally {
			this.current = null;
			this.lastPollAt = clock.now();
		}
	}

	private learn(job: PolledJob, observation: Observation): void {
		const { learn, schedule } = this.options;
		learn(job, observation);
		const hasEnded = observation.ok && isTerminal(observation.snapshot.job.status);
		if (hasEnded && schedule.endSeen('polled')) this.reschedule();
	}

	/** The endpoint as a whole failed: the more polls in a row have failed, the longer all jobs wait. */
	private outage(due: readonly PolledJob[], error: ImageError): void {
		if (error.code === 'canceled') return;
		const { clock, random, schedule } = this.options;
		const pause = pauseBefore(Math.min(this.outages++, maxOutages), error, random);
		const now = clock.now();
		for (const job of due) {
			const usual = schedule.nextPollAt(job);
			job.outage(error, Math.max(now + pause, Number.isFinite(usual) ? usual : 0));
		}
	}

	/** Awaits the work. Waiters whose deadline comes first leave on time, also when the provider does not answer. */
	private async expiring<T>(work: Promise<T>): Promise<T> {
		const { clock } = this.options;
		const done = new AbortController();
		const guard = async () => {
			while (!done.signal.aborted) {
				// A waiter that is added wakes the guard: its deadline may be the next.
				this.alarm = new AbortController();
				await clock
					.sleep(this.nextDeadline() - clock.now(), AbortSignal.any([done.signal, this.alarm.signal]))
					.catch(() => undefined);
				this.expire();
			}
		};
		void guard();
		try {
			return await work;
		} finally {
			done.abort();
		}
	}

	private nextDeadline(): number {
		let next = Number.POSITIVE_INFINITY;
		for (const { deadline } of this.jobs.values()) next = Math.min(next, deadline);
		return next;
	}

	private expire(): void {
		const now = this.options.clock.now();
		for (const job of [...this.jobs.values()]) job.expire(now);
	}
}
