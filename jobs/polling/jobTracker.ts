import { type ImageError, toImageError } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import type { Observation, Session } from '../../providers/provider';
import { Cadence, type CadenceOptions } from './adaptiveSchedule';
import { Channels } from './channels';
import { stopped } from '../runtime/clock';
import { PushTrust } from './pushTrust';
import { pauseBefore } from '../runtime/retry';
import { advanceSnapshot } from './transition';
import { type OnEnd, type Waiter, PolledJob, type WaitResult } from './polledJob';

export interface WaitOptions {
	/** When to stop waiting, ms since the epoch. */
	deadline: number;
	signal?: AbortSignal | undefined;
	/** What is known of the job already. */
	known?: JobSnapshot | undefined;
}

/** A channel that says nothing for so long is not relied on any more: the job is polled beside it. */
const quietMs = 15_000;

export interface PollerOptions extends CadenceOptions {
	poll: (ids: readonly string[], signal: AbortSignal) => Promise<Map<string, Observation>>;
	/** Where the provider can push: its snapshots spare the polls as long as they come. */
	watch?: Session['watch'];
	onEnd: OnEnd;
	/** Whether ends are announced; by default nothing is known of it yet. */
	trust?: PushTrust;
	/** Told when an end was announced or had to be polled for. */
	onTrust?: () => void;
}

/**
 * One polling loop for everyone who waits for a job of this endpoint. It runs while somebody waits, and not otherwise.
 */
export class Poller {
	private readonly jobs = new Map<string, PolledJob>();
	private running = false;
	/** Ends the present sleep of the loop or its guard, so that it looks anew at who is due. */
	private wake = new AbortController();
	/** The look under way, and for whom. */
	private current: { remaining: Set<PolledJob>; abort: AbortController } | null = null;
	private lastPollAt = Number.NEGATIVE_INFINITY;
	/** Polls in a row that failed as a whole. */
	private outages = 0;

	private readonly channels: Channels;
	private readonly cadence: Cadence;
	private readonly trust: PushTrust;

	constructor(private readonly options: PollerOptions) {
		this.trust = options.trust ?? new PushTrust();
		this.channels = new Channels(options.watch);
		this.cadence = new Cadence({ ...options, announced: () => this.trust.holds });
	}

	/** Waits for the job's end. Throws `notFound`, `auth` and the like; never because time is up. */
	wait(id: string, { deadline, signal, known }: WaitOptions): Promise<WaitResult> {
		if (signal?.aborted) return Promise.reject(stopped());
		return new Promise((resolve, reject) => {
			const entry = this.entry(id, known);
			const finish = () => {
				signal?.removeEventListener('abort', onAbort);
				entry.waiters.delete(waiter);
				if (entry.waiters.size > 0) return;
				this.jobs.delete(id);
				this.channels.close(id);
				this.leavePoll(entry);
			};
			const waiter: Waiter = {
				deadline,
				resolve: (result) => {
					finish();
					resolve(result);
				},
				reject: (error) => {
					finish();
					reject(error);
				},
			};
			const onAbort = () => {
				waiter.reject(stopped());
				this.wake.abort();
			};
			signal?.addEventListener('abort', onAbort, { once: true });
			entry.waiters.add(waiter);
			this.wake.abort();
			void this.run();
		});
	}

	/**
	 * Takes in what someone else learned of a job (a webhook, a cancel). @param announced whether the provider said so
	 * by itself
	 */
	observe(snapshot: JobSnapshot, { announced = false } = {}): void {
		if (announced && isTerminal(snapshot.job.status)) this.trusting(() => this.trust.announced());
		const entry = snapshot.job.id === null ? undefined : this.jobs.get(snapshot.job.id);
		if (entry) this.learn(entry, { ok: true, snapshot }, announced);
		else if (snapshot.job.id !== null && isTerminal(snapshot.job.status))
			this.options.onEnd(snapshot.job.id, announced ? 'announced' : undefined);
	}

	private entry(id: string, known: JobSnapshot | undefined): PolledJob {
		const { clock, floorMs } = this.options;
		const existing = this.jobs.get(id);
		if (existing) {
			if (known) existing.snapshot = advanceSnapshot(known, existing.snapshot ?? known);
			return existing;
		}
		const now = clock.now();
		const entry = new PolledJob(id, now, known);
		entry.dueAt = this.cadence.firstPollAt(entry);
		// A job that somebody comes back to after a while may have ended long ago: look at once, unless it is known
		// since when it runs.
		const lastSeen = Date.parse(known?.job.updatedAt ?? known?.job.createdAt ?? '');
		if (!(now - lastSeen <= floorMs) && !this.cadence.knows(entry)) entry.dueAt = now;
		this.jobs.set(id, entry);
		this.channels.open(id, {
			received: (snapshot) => {
				this.learn(entry, { ok: true, snapshot }, true);
				entry.dueAt = Math.max(Number.isFinite(entry.dueAt) ? entry.dueAt : 0, clock.now() + quietMs);
			},
			// However it ended, only a poll tells how the job stands.
			ended: () => {
				entry.dueAt = clock.now();
				this.wake.abort();
			},
		});
		return entry;
	}

	private async run(): Promise<void> {
		if (this.running) return;
		this.running = true;
		try {
			while (this.jobs.size > 0) {
				await this.sleepUntilNext();
				this.expire();
				const due = this.due();
				if (due.length > 0) await this.pollDue(due);
			}
		} finally {
			this.running = false;
		}
	}

	private async sleepUntilNext(): Promise<void> {
		const { clock } = this.options;
		this.wake = new AbortController();
		const pause = Math.min(this.nextDeadline(), this.nextPollAt()) - clock.now();
		if (pause > 0) await clock.sleep(pause, this.wake.signal).catch(() => undefined);
	}

	/**
	 * The work, while those whose time is up meanwhile leave on time: a provider that hangs keeps nobody past the
	 * deadline.
	 */
	private async expiring<T>(work: Promise<T>): Promise<T> {
		const { clock } = this.options;
		const done = new AbortController();
		const guard = async () => {
			while (!done.signal.aborted) {
				// Woken by whoever joins: his deadline may be the next.
				this.wake = new AbortController();
				await clock
					.sleep(this.nextDeadline() - clock.now(), AbortSignal.any([done.signal, this.wake.signal]))
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
		for (const entry of [...this.jobs.values()]) entry.expire(now);
	}

	/** When somebody is to be looked at: a job at its own time, those of known kinds together when that is worth it. */
	private nextPollAt(): number {
		let next = Number.POSITIVE_INFINITY;
		const together: PolledJob[] = [];
		for (const entry of this.jobs.values()) {
			if (Number.isFinite(entry.dueAt)) next = Math.min(next, entry.dueAt);
			else together.push(entry);
		}
		next = Math.min(next, this.cadence.together(together, this.lastPollAt));
		// Who joined while a look was under way would otherwise cost one of his own right after it.
		return this.options.bulk ? Math.max(next, this.lastPollAt + this.cadence.learnedFloorMs) : next;
	}

	/** Those whose time has come; in bulk everyone, since the company costs nothing. */
	private due(): PolledJob[] {
		const now = this.options.clock.now();
		if (this.nextPollAt() > now) return [];
		const all = [...this.jobs.values()];
		return this.options.bulk ? all : all.filter((entry) => entry.dueAt <= now);
	}

	private async pollDue(due: PolledJob[]): Promise<void> {
		const { clock } = this.options;
		const abort = new AbortController();
		this.current = { remaining: new Set(due), abort };
		for (const entry of due) entry.polled(clock.now());
		try {
			const observations = await this.expiring(
				this.options.poll(
					due.map(({ id }) => id),
					abort.signal,
				),
			);
			this.outages = 0;
			for (const entry of due) {
				const observation = observations.get(entry.id);
				if (observation) this.learn(entry, observation);
				if (observation?.ok && isTerminal(observation.snapshot.job.status))
					this.trusting(() => this.trust.foundByPoll());
				entry.dueAt = this.cadence.nextPollAt(entry);
			}
		} catch (thrown) {
			this.outage(due, toImageError(thrown));
		} finally {
			this.current = null;
			this.lastPollAt = clock.now();
		}
	}

	/** More is known than before, of durations or of announcements: everyone's next poll may be another. */
	reschedule(): void {
		for (const entry of this.jobs.values()) entry.dueAt = this.cadence.nextPollAt(entry);
		this.wake.abort();
	}

	/** Whether somebody waits for a job. */
	get isBusy(): boolean {
		return this.jobs.size > 0;
	}

	/** Where announcements begin to be relied on, or no longer are, everyone's next look is another. */
	private trusting(change: () => void): void {
		const before = this.trust.holds;
		change();
		this.options.onTrust?.();
		if (this.trust.holds !== before) this.reschedule();
	}

	/** When nobody is left who wants a look's answer, the request is dropped. */
	private leavePoll(entry: PolledJob): void {
		if (this.current?.remaining.delete(entry) && this.current.remaining.size === 0) this.current.abort.abort();
	}

	private learn(entry: PolledJob, observation: Observation, announced = false): void {
		entry.learn(observation, this.options.clock.now(), this.options.onEnd, announced);
	}

	/** Everyone waits longer, the longer the more polls in a row have failed. */
	private outage(due: PolledJob[], error: ImageError): void {
		if (error.code === 'canceled') return;
		const pause = pauseBefore(Math.min(this.outages++, 6), error, this.options.random);
		const now = this.options.clock.now();
		for (const entry of due) {
			const usual = this.cadence.nextPollAt(entry);
			entry.outage(error, Math.max(now + pause, Number.isFinite(usual) ? usual : 0));
		}
	}
}
