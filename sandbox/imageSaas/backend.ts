import { Ledger } from '../shared/books';
import { Faults } from '../shared/faults';
import { Pictures } from '../shared/pictures';
import { hashText, seededDraw } from '../shared/random';
import { Timers } from '../shared/timers';
import { MinuteWindow } from './limits';
import { ProviderKey } from './providerKey';
import { Redis } from './redis';
import { RequestError } from './errorAnswer';
import type { GenerateBody, Status } from './request';
import { isEnd, Runner } from './runner';
import { DEFAULT_SETTINGS, patched, type Settings } from './settings';
import { JobStore, type Job } from './store';
import { Webhooks } from './webhooks';

/** If a key is repeated within this time, the real server generates twice. */
const DOUBLE_RUN_MS = 1000;

/** All parts of one sandbox except HTTP. */
export class Backend {
	readonly ledger = new Ledger();
	readonly timers = new Timers();
	readonly pictures = new Pictures();
	readonly requests = new MinuteWindow();
	readonly redis = new Redis();
	readonly providerKey = new ProviderKey(() => this.settings);
	readonly faults = new Faults(
		['generate', 'list', 'get', 'cancel', 'asset', 'health'],
		seededDraw(hashText('faults')),
	);
	readonly store: JobStore;
	readonly runner: Runner;
	readonly webhooks: Webhooks;
	settings: Settings;
	private readonly initial: Settings;

	/** `http://127.0.0.1:port`; known only once the server listens. */
	origin = '';

	constructor(settings: Partial<Settings>, salt: number) {
		this.initial = patched(DEFAULT_SETTINGS, settings);
		this.settings = this.initial;
		const shared = { settings: () => this.settings, ledger: this.ledger, timers: this.timers };
		this.store = new JobStore(salt);
		this.webhooks = new Webhooks({ ...shared, redis: this.redis, origin: () => this.origin });
		this.runner = new Runner({
			...shared,
			draw: seededDraw(hashText('durations')),
			redis: this.redis,
			key: this.providerKey,
			announce: (job) => this.webhooks.announce(job),
		});
	}

	/** Makes a job, or finds the job that the key has already made. */
	submit(tenant: string, body: GenerateBody, idempotencyKey: string | null): { job: Job; isReplay: boolean } {
		const known = idempotencyKey === null ? null : this.store.withKey(tenant, idempotencyKey);
		if (known) {
			this.mayRunTwice(known);
			return { job: known, isReplay: true };
		}
		const { dialect, maxConcurrent } = this.settings;
		if (dialect === 'document' && maxConcurrent > 0 && this.ledger.jobsInFlight(tenant) >= maxConcurrent) {
			// There is no Retry-After, because the end of a job is not known.
			throw new RequestError('rateLimited', `At most ${maxConcurrent} jobs at one time`);
		}
		const duration = this.runner.duration(body.mode ?? 'final');
		const job = this.store.create(tenant, body, idempotencyKey, duration);
		job.durationMs = job.planned.durationMs ?? duration;
		this.runner.start(job);
		return { job, isReplay: false };
	}

	/**
	 * Enters a job that ended some days ago, so that a new sandbox has a history. No webhook is sent, and nothing is
	 * billed.
	 */
	enterPast(tenant: string, body: GenerateBody, ageDays: number): Job {
		const job = this.store.create(tenant, body, null, 0);
		const at = new Date(Date.now() - ageDays * 86_400_000);
		Object.assign(job, { status: 'SUCCEEDED', createdAt: at, updatedAt: at });
		Object.assign(job.entry, { status: job.status, createdAt: at.toISOString(), finishedAt: at.toISOString() });
		return job;
	}

	/** Cancels a job. Only a waiting job can be canceled. */
	cancel(job: Job): void {
		if (job.status !== 'QUEUED' && job.status !== 'RETRYING') {
			throw new RequestError('invalidState', `A job that is ${job.status} cannot be canceled`);
		}
		this.runner.finish(job, 'CANCELED');
	}

	/** Forces the end of a job. Returns false if it had already ended. */
	forceEnd(job: Job, status: Status, error: Job['error']): boolean {
		if (isEnd(job.status)) return false;
		this.runner.finish(job, status, error);
		return true;
	}

	/** Empties the Redis of the real server. It also contains the queue, so waiting jobs and webhooks never start. */
	flushRedis(): void {
		this.redis.flush();
		if (this.settings.dialect !== 'real') return;
		for (const job of this.store.waiting()) job.callOff();
		this.webhooks.forgetQueue();
	}

	/** Applies a patch to the settings; throws if it is invalid. */
	patch(patch: unknown): void {
		this.settings = patched(this.settings, patch);
	}

	/** Deletes jobs, faults, counts and books, and restores the initial settings. */
	reset(): void {
		this.timers.clear();
		this.webhooks.clear();
		this.faults.clear();
		this.requests.clear();
		this.redis.clearLimits();
		this.providerKey.clear();
		this.store.clear();
		this.ledger.reset();
		this.settings = this.initial;
	}

	/** Ends all timers and deliveries. */
	close(): void {
		this.timers.clear();
		this.webhooks.clear();
		this.pictures.clear();
	}

	private mayRunTwice(job: Job): void {
		if (this.settings.dialect !== 'real' || Date.now() - job.createdAt.getTime() >= DOUBLE_RUN_MS) return;
		if (!isEnd(job.status)) {
			job.runs += 1;
		} else if (job.status === 'SUCCEEDED') {
			job.entry.generationsBilled += 1;
			this.webhooks.announce(job, 1);
		}
	}
}
