import type { Socket } from 'node:net';

/** One job as the sandbox recorded it. Tests check this record, not the client's view. */
export interface JobEntry {
	id: string;
	tenant: string;
	prompt: string;
	/** The requested quality, if the backend offers a choice. */
	mode: string | null;
	idempotencyKey: string | null;
	status: string;
	/** The accepted request body. */
	request: Record<string, unknown>;
	createdAt: string;
	finishedAt: string | null;
	/**
	 * When a client first learned that the job ended, from an answer or an accepted webhook. Only if the backend
	 * records it.
	 */
	reportedAt?: string;
	/** Paid upstream generations: one for each run that made pictures. */
	generationsBilled: number;
}

/** One attempt to deliver one webhook. */
export interface WebhookEntry {
	eventId: string;
	jobId: string;
	tenant: string;
	attempt: number;
	/** The status that the receiver answered; null if it did not answer. */
	status: number | null;
	at: string;
}

/** The counts of one tenant, or of all. */
export interface Tally {
	/** By `METHOD route`, e.g. `GET /v1/jobs/:jobId`. */
	requests: Record<string, number>;
	/** By status; missing answers are counted as `reset` and `hang`. */
	statuses: Record<string, number>;
	/** By `METHOD route status`, e.g. `POST /v1/images/generate 202`. */
	outcomes: Record<string, number>;
	tooManyRequests: number;
	/** In the order of their creation. */
	jobs: JobEntry[];
	generationsBilled: number;
	/** In the order in which the attempts ended. */
	webhooks: WebhookEntry[];
	/** Result files served with 200. */
	downloads: number;
	/** The largest number of jobs that were queued, running or retrying at one time. */
	maxConcurrentJobs: number;
}

/** The reference of the tests: totals, and the same counts per tenant. */
export interface Books extends Tally {
	tenants: Record<string, Tally>;
	/** TCP connections that carried at least one request of the API. */
	connections: number;
}

/** Records the first time that a client learns that the job has ended. */
export function reportEnd(entry: JobEntry): void {
	if (entry.finishedAt !== null) entry.reportedAt ??= new Date().toISOString();
}

/** Requests without a valid key are counted under this name. */
export const ANONYMOUS = 'anonymous';

type Counted = 'requests' | 'statuses' | 'outcomes';

/** Writes the books while the sandbox runs. */
export class Ledger {
	private total = emptyTally();
	private tenants = new Map<string, Tally>();
	private inFlight = new Map<string, number>();
	private sockets = new WeakSet<Socket>();
	private connections = 0;

	/** Counts a request, and its connection if that is new. */
	request(tenant: string, route: string, socket: Socket): void {
		if (!this.sockets.has(socket)) {
			this.sockets.add(socket);
			this.connections += 1;
		}
		this.count(tenant, 'requests', route);
	}

	/** Counts the end of a request: a status, or `reset` or `hang`. */
	answered(tenant: string, route: string, status: number | 'reset' | 'hang'): void {
		this.count(tenant, 'statuses', String(status));
		this.count(tenant, 'outcomes', `${route} ${status}`);
		if (status === 429) for (const tally of this.both(tenant)) tally.tooManyRequests += 1;
	}

	/** Enters a new job, which counts as in flight until `jobEnded`. */
	jobBegan(entry: JobEntry): void {
		for (const [name, tally] of [
			['', this.total],
			[entry.tenant, this.tenant(entry.tenant)],
		] as const) {
			const now = (this.inFlight.get(name) ?? 0) + 1;
			this.inFlight.set(name, now);
			tally.maxConcurrentJobs = Math.max(tally.maxConcurrentJobs, now);
			tally.jobs.push(entry);
		}
	}

	/** Enters a job that the backend lists although it did not accept it. The job is never in flight. */
	jobNotAccepted(entry: JobEntry): void {
		for (const tally of this.both(entry.tenant)) tally.jobs.push(entry);
	}

	/** Removes a job from the count of jobs in flight. */
	jobEnded(entry: JobEntry): void {
		for (const name of ['', entry.tenant]) this.inFlight.set(name, Math.max(0, (this.inFlight.get(name) ?? 0) - 1));
	}

	/** How many jobs of the tenant are in flight now. */
	jobsInFlight(tenant: string): number {
		return this.inFlight.get(tenant) ?? 0;
	}

	webhook(entry: WebhookEntry): void {
		for (const tally of this.both(entry.tenant)) tally.webhooks.push(entry);
	}

	download(tenant: string): void {
		for (const tally of this.both(tenant)) tally.downloads += 1;
	}

	/** A copy of the books; later events do not change it. */
	snapshot(): Books {
		const tenants = [...this.tenants].map(([name, tally]) => [name, closed(tally)] as const);
		return structuredClone({
			...closed(this.total),
			tenants: Object.fromEntries(tenants),
			connections: this.connections,
		});
	}

	/** Starts empty books. */
	reset(): void {
		this.total = emptyTally();
		this.tenants = new Map();
		this.inFlight = new Map();
		this.sockets = new WeakSet();
		this.connections = 0;
	}

	private count(tenant: string, column: Counted, key: string): void {
		for (const tally of this.both(tenant)) tally[column][key] = (tally[column][key] ?? 0) + 1;
	}

	private both(tenant: string): Tally[] {
		return [this.total, this.tenant(tenant)];
	}

	private tenant(name: string): Tally {
		const known = this.tenants.get(name);
		if (known) return known;
		const fresh = emptyTally();
		this.tenants.set(name, fresh);
		return fresh;
	}
}

function emptyTally(): Tally {
	return {
		requests: {},
		statuses: {},
		outcomes: {},
		tooManyRequests: 0,
		jobs: [],
		generationsBilled: 0,
		webhooks: [],
		downloads: 0,
		maxConcurrentJobs: 0,
	};
}

function closed(tally: Tally): Tally {
	return { ...tally, generationsBilled: tally.jobs.reduce((sum, job) => sum + job.generationsBilled, 0) };
}
