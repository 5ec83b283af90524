import type { JobEntry } from '../shared/books';
import { seededDraw, type Draw } from '../shared/random';
import { plannedOutcomeOf, type PlannedOutcome } from '../shared/markers';
import type { GenerateBody, Status } from './request';

/** One job of the sandbox. */
export interface Job {
	/** Increases with every job; gives the order of the list. */
	sequence: number;
	id: string;
	tenant: string;
	/** Its place among the jobs of its tenant, from 1. */
	ordinal: number;
	idempotencyKey: string | null;
	body: GenerateBody;
	planned: PlannedOutcome;
	status: Status;
	createdAt: Date;
	updatedAt: Date;
	durationMs: number;
	/** When the current run began (epoch ms); null while the job does not run. */
	runningSince: number | null;
	/** Failed runs. */
	attempts: number;
	/** Number of failed runs so far that a marker requires. */
	retriesDone: number;
	/** Upstream runs that are billed at its end. */
	runs: number;
	error: { code: string; message: string } | null;
	entry: JobEntry;
	/** Cancels its next step. */
	callOff(): void;
}

/** Keeps the jobs of all tenants, by id, by idempotency key and in order. */
export class JobStore {
	private readonly jobs = new Map<string, Job>();
	private readonly byKey = new Map<string, Job>();
	private readonly counts = new Map<string, number>();
	private readonly draw: Draw;
	private counter = 0;

	/** The salt makes the ids of two sandboxes differ. */
	constructor(private readonly salt: number) {
		this.draw = seededDraw(salt);
	}

	/** Makes a QUEUED job; it does not start to run by itself. */
	create(tenant: string, body: GenerateBody, idempotencyKey: string | null, durationMs: number): Job {
		const now = new Date();
		const id = this.nextId(now.getTime());
		const entry: JobEntry = {
			id,
			tenant,
			prompt: body.prompt,
			mode: body.mode ?? 'final',
			idempotencyKey,
			status: 'QUEUED',
			request: { ...body },
			createdAt: now.toISOString(),
			finishedAt: null,
			generationsBilled: 0,
		};
		const job: Job = {
			sequence: this.counter,
			id,
			tenant,
			ordinal: this.countOf(tenant),
			idempotencyKey,
			body,
			planned: plannedOutcomeOf(body.prompt),
			status: 'QUEUED',
			createdAt: now,
			updatedAt: now,
			durationMs,
			runningSince: null,
			attempts: 0,
			retriesDone: 0,
			runs: 1,
			error: null,
			entry,
			callOff: () => {},
		};
		this.jobs.set(id, job);
		if (idempotencyKey !== null) this.byKey.set(keyOf(tenant, idempotencyKey), job);
		return job;
	}

	/** A job of any tenant. */
	any(id: string): Job | null {
		return this.jobs.get(id) ?? null;
	}

	/** A job of this tenant; jobs of other tenants are invisible. */
	own(tenant: string, id: string): Job | null {
		const job = this.jobs.get(id);
		return job?.tenant === tenant ? job : null;
	}

	/** The job that this tenant has already made with the key. */
	withKey(tenant: string, idempotencyKey: string): Job | null {
		return this.byKey.get(keyOf(tenant, idempotencyKey)) ?? null;
	}

	/** The tenant's jobs, newest first. */
	list(tenant: string, status?: Status): Job[] {
		return [...this.jobs.values()]
			.filter((job) => job.tenant === tenant && (status === undefined || job.status === status))
			.reverse();
	}

	private countOf(tenant: string): number {
		const count = (this.counts.get(tenant) ?? 0) + 1;
		this.counts.set(tenant, count);
		return count;
	}

	/** All jobs that wait for a run, of any tenant. */
	waiting(): Job[] {
		return [...this.jobs.values()].filter(({ status }) => status === 'QUEUED' || status === 'RETRYING');
	}

	/** Deletes every job. Ids are not reused. */
	clear(): void {
		this.jobs.clear();
		this.byKey.clear();
		this.counts.clear();
	}

	/** 25 characters in the format of a cuid: `c`, the time, a counter, a fingerprint, random characters. */
	private nextId(now: number): string {
		this.counter += 1;
		const random = Array.from({ length: 8 }, () => Math.floor(this.draw() * 36).toString(36)).join('');
		return `c${now.toString(36).slice(-8)}${padded(this.counter)}${padded(this.salt)}${random}`;
	}
}

function padded(value: number): string {
	return value.toString(36).slice(-4).padStart(4, '0');
}

function keyOf(tenant: string, idempotencyKey: string): string {
	return JSON.stringify([tenant, idempotencyKey]);
}
