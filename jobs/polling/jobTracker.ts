import { isTerminal, type JobSnapshot } from '../../model/job';
import type { Observation, Session } from '../../providers/provider';
import { type Moment, stopped } from '../runtime/clock';
import { onAbort } from '../runtime/onAbort';
import { Channels, type Listener } from './channels';
import { Mailbox } from './mailbox';
import { type OnEnd, PolledJob, type Waiter, type WaitResult } from './polledJob';
import { Poller, type PollerOptions } from './poller';
import { advanceSnapshot } from './transition';

export interface WaitOptions {
	/** When to stop waiting. */
	deadline: Moment;
	signal?: AbortSignal | undefined;
	/** What is known of the job already. */
	known?: JobSnapshot | undefined;
}

/** If a channel is silent for this time, in ms, the job is also polled. */
const quietMs = 15_000;

export interface JobTrackerOptions extends Omit<PollerOptions, 'learn'> {
	/** For providers that can push: while snapshots arrive, the job is not polled. */
	watch?: Session['watch'];
	onEnd: OnEnd;
	/** Whether this process submitted the job to this endpoint. Other jobs' announcements say nothing about it. */
	isOwn: (jobId: string) => boolean;
	/**
	 * Runs work apart from the execution that calls: the loop and the channels serve all executions, so their requests
	 * must not be paced as those of the execution that happened to begin them.
	 */
	apart?: (work: () => void) => void;
}

/**
 * The jobs of an endpoint that executions wait for. Each waiter gets the end of its job, from a poll, a channel, a
 * webhook or a cancel.
 */
export class JobTracker {
	private readonly jobs = new Map<string, PolledJob>();
	private readonly mailbox: Mailbox;
	private readonly channels: Channels;
	private readonly poller: Poller;
	private readonly apart: (work: () => void) => void;

	constructor(private readonly options: JobTrackerOptions) {
		this.apart = options.apart ?? ((work) => work());
		this.mailbox = new Mailbox(options.clock);
		this.channels = new Channels(options.watch);
		this.poller = new Poller(this.jobs, { ...options, learn: (job, observation) => this.learn(job, observation) });
	}

	/** Waits for the job's end. Throws `notFound`, `auth` and the like; reaching the deadline is not an error. */
	async wait(id: string, { deadline, signal, known }: WaitOptions): Promise<WaitResult> {
		const announced = this.mailbox.read(id);
		if (announced) {
			// The end came before the submit's answer, so before the job had a slot to free.
			this.options.onEnd(id);
			return { ended: true, snapshot: advanceSnapshot(known, announced) };
		}
		if (signal?.aborted) throw stopped();
		return await new Promise((resolve, reject) => {
			const job = this.track(id, known);
			const finish = () => {
				forget();
				job.waiters.delete(waiter);
				if (job.waiters.size === 0) this.drop(job);
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
			const forget = onAbort(signal, () => {
				waiter.reject(stopped());
				this.poller.wake();
			});
			job.waiters.add(waiter);
			this.apart(() => this.poller.start());
		});
	}

	/**
	 * Takes in a snapshot from a verified webhook. An end is kept for waits that begin later.
	 */
	announce(snapshot: JobSnapshot): void {
		const { id, status } = snapshot.job;
		if (id !== null && isTerminal(status)) this.mailbox.put(id, snapshot);
		this.takeIn(snapshot, id !== null && this.options.isOwn(id));
	}

	/** Takes in a snapshot from another request: a single poll or a cancel. */
	observe(snapshot: JobSnapshot): void {
		this.takeIn(snapshot, false);
	}

	/** Whether an execution waits for a job. */
	get isBusy(): boolean {
		return this.jobs.size > 0;
	}

	/** The schedule knows more than before: every job's next poll may be at another time. */
	reschedule(): void {
		this.poller.reschedule();
	}

	private takeIn(snapshot: JobSnapshot, announced: boolean): void {
		const { id, status } = snapshot.job;
		if (announced && isTerminal(status) && this.options.schedule.endSeen('announced')) this.poller.reschedule();
		const job = id === null ? undefined : this.jobs.get(id);
		if (job) this.learn(job, { ok: true, snapshot }, announced);
		else if (id !== null && isTerminal(status)) this.options.onEnd(id, announced ? 'announced' : undefined);
	}

	private learn(job: PolledJob, observation: Observation, announced = false): void {
		job.learn(observation, this.options.clock.now(), this.options.onEnd, announced);
	}

	/** Starts to track the job. The new waiter's snapshot is used if it is newer. */
	private track(id: string, known: JobSnapshot | undefined): PolledJob {
		const existing = this.jobs.get(id);
		if (existing) {
			if (known) existing.snapshot = advanceSnapshot(known, existing.snapshot ?? known);
			return existing;
		}
		const { clock, schedule } = this.options;
		const job = new PolledJob(id, clock.now(), known);
		const reportedAt = Date.parse(known?.job.updatedAt ?? known?.job.createdAt ?? '');
		job.dueAt = schedule.firstPollAt(job, clock.date().getTime() - reportedAt);
		this.jobs.set(id, job);
		const listener: Listener = {
			received: (snapshot) => {
				this.learn(job, { ok: true, snapshot }, true);
				job.dueAt = Math.max(Number.isFinite(job.dueAt) ? job.dueAt : 0, clock.now() + quietMs);
			},
			// A channel may close without a final status: one poll follows.
			ended: () => {
				job.dueAt = clock.now();
				this.poller.wake();
			},
		};
		this.apart(() => this.channels.open(id, listener));
		return job;
	}

	private drop(job: PolledJob): void {
		this.jobs.delete(job.id);
		this.channels.close(job.id);
		this.poller.drop(job);
	}
}
