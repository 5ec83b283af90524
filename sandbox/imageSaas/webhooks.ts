import { type Ledger, reportEnd, type WebhookEntry } from '../shared/books';
import type { Timers } from '../shared/timers';
import { postWebhook, signatureOf } from '../shared/webhookPost';
import type { Redis } from './redis';
import { resultUrls } from './results';
import { DEFAULT_TENANT, type Settings } from './settings';
import type { Job } from './store';

/** The documented payload. In the real dialect fields may be missing. */
export interface WebhookPayload {
	eventId: string;
	jobId: string;
	tenantId: string;
	status: string;
	resultUrls?: string[];
	error?: { code: string; message: string } | null;
	timestamp: number;
}

/** The request of one attempt. */
export interface Letter {
	eventId: string;
	jobId: string;
	tenant: string;
	body: string;
	signature: string | null;
}

export interface WebhooksOptions {
	settings(): Readonly<Settings>;
	ledger: Ledger;
	timers: Timers;
	redis: Redis;
	origin(): string;
}

/** Sends the webhooks of jobs that ended. */
export class Webhooks {
	/** Starts at the present time: a server keeps its ids over a restart, and a receiver may remember them for days. */
	private events = Math.floor(Date.now() / 1000);
	private abort = new AbortController();
	/** Changes each time the queue is lost. */
	private queue = Symbol('queue');

	constructor(private readonly options: WebhooksOptions) {}

	/** Announces the end of a job: one event per run, each delivered until it is answered with 2xx. */
	announce(job: Job, times = job.runs): void {
		const { dialect, webhookUrl } = this.options.settings();
		if (webhookUrl === null || job.tenant !== DEFAULT_TENANT) return;
		if (dialect === 'real' && isNeverAnnounced(job)) return;
		for (let run = 0; run < Math.max(1, times); run++) void this.deliver(job, webhookUrl);
	}

	/** The payload for the current state of a job. */
	payload(job: Job, eventId = this.nextEventId()): WebhookPayload {
		const base = {
			eventId,
			jobId: job.id,
			tenantId: job.tenant,
			status: job.status as string,
			timestamp: Date.now(),
		};
		const urls = job.status === 'SUCCEEDED' ? resultUrls(job, this.options.origin()) : [];
		if (this.options.settings().dialect === 'document')
			return { ...base, resultUrls: urls, error: job.status === 'FAILED' ? job.error : null };
		return {
			...base,
			...(urls.length > 0 ? { resultUrls: urls } : {}),
			...(job.status === 'FAILED' ? { error: job.error } : {}),
		};
	}

	/** A payload as text with its signature. */
	letter(payload: WebhookPayload): Letter {
		const body = JSON.stringify(payload);
		return {
			eventId: payload.eventId,
			jobId: payload.jobId,
			tenant: payload.tenantId,
			body,
			signature: signatureOf(body, this.options.settings().webhookSecret),
		};
	}

	/** Makes one attempt, enters it in the books and returns the receiver's answer. */
	async send(letter: Letter, url: string, attempt: number): Promise<WebhookEntry> {
		const { signal } = this.abort;
		const status = await postWebhook(url, letter.body, letter.signature, signal);
		const { eventId, jobId, tenant } = letter;
		const entry: WebhookEntry = { eventId, jobId, tenant, attempt, status, at: new Date().toISOString() };
		// Canceled by a reset: the new books do not contain that event.
		if (!signal.aborted) this.options.ledger.webhook(entry);
		return entry;
	}

	/** Cancels all deliveries. */
	clear(): void {
		this.abort.abort();
		this.abort = new AbortController();
	}

	/** Drops the deliveries that wait for a repeat. Running deliveries continue. */
	forgetQueue(): void {
		this.queue = Symbol('queue');
	}

	/** `evt_…` in the document; on the real server a plain number, counted in its Redis. */
	nextEventId(): string {
		if (this.options.settings().dialect === 'real') return String(this.options.redis.nextEvent());
		this.events += 1;
		return `evt_${this.events}`;
	}

	private async deliver(job: Job, url: string): Promise<void> {
		const eventId = this.nextEventId();
		let letter = this.letter(this.payload(job, eventId));
		const { signal } = this.abort;
		const { queue } = this;
		for (let attempt = 1; ; attempt++) {
			// The real server builds and signs each attempt again; in the document an event has one body.
			if (this.options.settings().dialect === 'real' && attempt > 1)
				letter = this.letter(this.payload(job, eventId));
			const { status } = await this.send(letter, url, attempt);
			const delayMs = this.options.settings().webhookRetryDelaysMs[attempt - 1];
			const taken = status !== null && status >= 200 && status < 300;
			if (taken) reportEnd(job.entry);
			if (taken || delayMs === undefined || signal.aborted) return;
			await this.options.timers.pause(delayMs);
			if (queue !== this.queue) return;
		}
	}
}

/** The real server sends no webhook for a cancelled job, or for a job that has used all its retries. */
function isNeverAnnounced(job: Job): boolean {
	return (
		job.status === 'CANCELED' ||
		(job.status === 'FAILED' && job.attempts > 0 && job.error?.code !== 'NO_PROVIDER_KEY')
	);
}
