import type { Ledger } from '../shared/books';
import type { Draw } from '../shared/random';
import type { Timers } from '../shared/timers';
import type { ProviderKey } from './providerKey';
import type { Redis } from './redis';
import type { Status } from './request';
import type { Settings } from './settings';
import type { Job } from './store';

/** The real server fails a job after this many failed runs. */
const MAX_ATTEMPTS = 4;
/** The share of its duration that a job waits before it runs. */
const QUEUED_SHARE = 0.2;

const MESSAGES: Record<string, string> = {
	INVALID_REQUEST: 'The model rejected the request',
	PROVIDER_ERROR: 'The model service answered with an error',
	SERVICE_OVERLOAD: 'The service is overloaded, please try again later',
	UNKNOWN_ERROR: 'Something went wrong',
	TENANT_RATE_LIMIT: 'TENANT_RATE_LIMIT',
	TENANT_CONC_LIMIT: 'TENANT_CONC_LIMIT',
	NO_PROVIDER_KEY: 'NO_PROVIDER_KEY_AVAILABLE',
};

export interface RunnerOptions {
	settings(): Readonly<Settings>;
	ledger: Ledger;
	timers: Timers;
	/** Draws random numbers for the durations. */
	draw: Draw;
	redis: Redis;
	key: ProviderKey;
	/** Sends the webhook for the end of a job. */
	announce(job: Job): void;
}

/** Moves jobs through their states: QUEUED, RUNNING, optionally RETRYING and RUNNING again, and a final state. */
export class Runner {
	constructor(private readonly options: RunnerOptions) {}

	/** The duration of the next job in this mode. */
	duration(mode: 'draft' | 'final'): number {
		const { jobDurationMs, jobDurationJitter } = this.options.settings();
		const jitter = 1 + jobDurationJitter * (2 * this.options.draw() - 1);
		return jobDurationMs * jitter * (mode === 'draft' ? 0.5 : 1);
	}

	/** Starts the processing of a new job. */
	start(job: Job): void {
		this.options.ledger.jobBegan(job.entry);
		const queueMs = job.planned.queueMs ?? job.durationMs * QUEUED_SHARE;
		if (Number.isFinite(queueMs)) this.next(job, queueMs, () => this.run(job));
	}

	/** Ends a running job, enters it in the books and sends the webhook. */
	finish(job: Job, status: Status, error: Job['error'] = null): void {
		job.callOff();
		this.options.redis.release(job.id);
		job.error = error;
		job.runningSince = null;
		this.turn(job, status);
		job.entry.finishedAt = job.updatedAt.toISOString();
		if (status === 'SUCCEEDED') job.entry.generationsBilled += job.runs;
		this.options.ledger.jobEnded(job.entry);
		this.options.announce(job);
	}

	private run(job: Job): void {
		if (this.options.key.rests(Date.now())) return this.finish(job, 'FAILED', errorOf('NO_PROVIDER_KEY'));
		const limit = this.overLimit(job);
		if (limit) return this.retryLater(job, limit);
		job.runningSince = Date.now();
		this.options.redis.occupy(job.id, job.tenant);
		this.turn(job, 'RUNNING');
		if (!job.planned.hangs) this.next(job, job.durationMs * (1 - QUEUED_SHARE), () => this.end(job));
	}

	private end(job: Job): void {
		if (job.retriesDone < job.planned.retries) {
			job.retriesDone += 1;
			return this.retryLater(job, job.planned.fail ?? 'PROVIDER_ERROR');
		}
		const failure = job.planned.fail ?? (this.isUnlucky(job) ? 'SERVICE_OVERLOAD' : null);
		if (failure) {
			this.options.key.failed(Date.now());
			return this.finish(job, 'FAILED', errorOf(failure));
		}
		this.options.key.succeeded();
		this.finish(job, 'SUCCEEDED');
	}

	/** Whether the job fails because its tenant's settings say that every n-th does. */
	private isUnlucky({ tenant, ordinal }: Job): boolean {
		const every = this.options.settings().failEvery[tenant];
		return every !== undefined && ordinal % every === 0;
	}

	private retryLater(job: Job, code: string): void {
		job.attempts += 1;
		this.options.key.failed(Date.now());
		this.options.redis.release(job.id);
		if (this.options.settings().dialect === 'real' && job.attempts >= MAX_ATTEMPTS) {
			return this.finish(job, 'FAILED', errorOf(code));
		}
		job.error = errorOf(code);
		job.runningSince = null;
		this.turn(job, 'RETRYING');
		const backOff = this.options.settings().dialect === 'real' ? 2 ** (job.attempts - 1) : 0.5;
		this.next(job, job.durationMs * backOff, () => this.run(job));
	}

	/**
	 * The limit that delays a job in the real dialect; null if none does. In the other dialect the limits answer 429.
	 */
	private overLimit(job: Job): string | null {
		const { dialect, requestsPerMinute, maxConcurrent } = this.options.settings();
		if (dialect !== 'real') return null;
		if (this.options.redis.begun.admit(job.tenant, requestsPerMinute, Date.now()) !== null)
			return 'TENANT_RATE_LIMIT';
		return maxConcurrent > 0 && this.options.redis.running(job.tenant) >= maxConcurrent
			? 'TENANT_CONC_LIMIT'
			: null;
	}

	private turn(job: Job, status: Status): void {
		job.status = status;
		job.entry.status = status;
		job.updatedAt = new Date();
	}

	private next(job: Job, delayMs: number, step: () => void): void {
		job.callOff = this.options.timers.after(delayMs, step);
	}
}

/** The error for a job that ended with this code. */
export function errorOf(code: string): { code: string; message: string } {
	return { code, message: MESSAGES[code] ?? 'The job failed' };
}

/** Whether a status is final. */
export function isEnd(status: Status): boolean {
	return status === 'SUCCEEDED' || status === 'FAILED' || status === 'CANCELED';
}
