import type { Json } from '../../memory/memory';
import { type ErrorCode, errorCodes, ImageError, outcomeOf } from '../../model/errors';
import type { PooledEndpoint } from '../../providers/credential';
import type { Endpoint } from '../endpoint/endpoint';
import { type Clock, dateOf, systemClock } from '../runtime/clock';
import { CircuitBreaker, coolDownMs, ejection } from './circuitBreaker';

/** Failures that say something about the endpoint; another one may work. */
const faults: readonly ErrorCode[] = [
	'auth',
	'quotaExceeded',
	'rateLimited',
	'overloaded',
	'network',
	'timeout',
	'upstream',
];

/** The health of an endpoint of a pool. Times are ISO 8601. */
export interface EndpointHealth {
	endpoint: string;
	baseUrl: string;
	/** `open`: taken out until `retryAt`; `probing`: one request finds out whether it works again. */
	state: 'closed' | 'open' | 'probing';
	retryAt: string | null;
	lastError: { code: ErrorCode; message: string } | null;
	/** End of a pause that the provider asked for. */
	pausedUntil: string | null;
	jobsInFlight: number;
	waiting: number;
	/** Of the credential, or learned; null for none. */
	requestsPerMinute: number | null;
	maxJobsInFlight: number | null;
}

let members = 0;

/** An endpoint of a pool, with a circuit breaker: after failures in a row it receives no requests for a while. */
export class PoolMember {
	/** Distinguishes it from all others of the process. */
	readonly id = ++members;
	private readonly breaker = new CircuitBreaker();
	private lastError: ImageError | null = null;
	/** Whether an attempt has ended in this process. */
	private isTried = false;
	/** The last saved snapshot. */
	private saved: Json = null;

	constructor(
		readonly settings: Omit<PooledEndpoint, 'credential'>,
		readonly endpoint: Endpoint,
		private readonly clock: Pick<Clock, 'now' | 'date'> = systemClock,
	) {
		endpoint.learned.whenRead(({ breaker }) => this.restore(breaker));
	}

	/**
	 * Until when it receives no requests, because it failed or the provider asked for a pause, by `Clock.now`; 0
	 * where it may receive one now.
	 */
	restsUntil(now: number): number {
		const { state } = this.breaker;
		let until = this.endpoint.pausedUntil;
		if (state.name === 'open') until = Math.max(until, state.retryAt);
		if (state.name === 'probing') until = Math.max(until, now + ejection.coolDownMs);
		return until > now ? until : 0;
	}

	/**
	 * Does the work, and counts its success or failure. While the endpoint is taken out it throws `overloaded`
	 * instead.
	 */
	async attempt<T>(work: () => Promise<T>): Promise<T> {
		const admission = this.breaker.admit(this.clock.now());
		if (!admission) {
			this.isTried = true;
			throw this.resting(this.clock.now());
		}
		const done = await outcomeOf(work());
		// If the request itself is wrong, the endpoint works.
		if (done.ok || !isFault(done.error)) this.breaker.succeeded(admission);
		else this.breaker.failed(this.clock.now());
		if (!done.ok) this.lastError = done.error;
		this.isTried = true;
		this.save();
		if (!done.ok) throw done.error;
		return done.value;
	}

	/** The error in place of an attempt while the endpoint is taken out. */
	resting(now: number): ImageError {
		const until = this.restsUntil(now);
		const after = this.lastError ? ` after: ${this.lastError.message}` : '';
		return new ImageError('overloaded', {
			message: `Not used until ${this.iso(until)}${after}`,
			delivery: 'notSent',
			retryAfterMs: Math.max(0, until - now),
		});
	}

	health(now: number = this.clock.now()): EndpointHealth {
		const { state } = this.breaker;
		const { lastError } = this;
		const { limits, baseUrl } = this.endpoint.config;
		const { pausedUntil } = this.endpoint;
		return {
			endpoint: this.settings.name,
			baseUrl,
			state: state.name,
			retryAt: state.name === 'open' ? this.iso(state.retryAt) : null,
			lastError:
				lastError && state.name !== 'closed' ? { code: lastError.code, message: lastError.message } : null,
			pausedUntil: pausedUntil > now ? this.iso(pausedUntil) : null,
			...this.endpoint.load,
			requestsPerMinute: this.endpoint.requestsPerMinute,
			maxJobsInFlight: limits.jobsInFlight,
		};
	}

	/**
	 * The state to save: null while the breaker is closed. Only the code of the error is saved, because its message may
	 * contain any text.
	 */
	private snapshot(): Json {
		const { state } = this.breaker;
		if (state.name === 'closed') return null;
		return {
			retryAt: dateOf(this.clock, state.retryAt),
			coolDowns: state.coolDowns,
			code: this.lastError?.code ?? null,
		};
	}

	private iso(moment: number): string {
		return new Date(dateOf(this.clock, moment)).toISOString();
	}

	private save(): void {
		const snapshot = this.snapshot();
		if (JSON.stringify(snapshot) === JSON.stringify(this.saved)) return;
		this.saved = snapshot;
		this.endpoint.learned.change('breaker', () => this.snapshot());
	}

	/**
	 * Restores a saved snapshot: an endpoint that was taken out of the pool stays out until the saved time. Does
	 * nothing if this process has already used the endpoint.
	 */
	private restore(saved: Json | undefined): void {
		if (this.isTried || this.breaker.state.name !== 'closed') return;
		if (typeof saved !== 'object' || saved === null || !('retryAt' in saved)) return;
		const { retryAt, coolDowns, code } = saved;
		const restMs = typeof retryAt === 'number' ? retryAt - this.clock.date().getTime() : 0;
		if (restMs <= 0) return;
		if (typeof coolDowns !== 'number' || !Number.isInteger(coolDowns) || coolDowns < 1) return;
		// If the date was set back, the endpoint still stays out for at most one cool-down.
		this.breaker.open(coolDowns, this.clock.now() + Math.min(restMs, coolDownMs(coolDowns)));
		this.lastError = new ImageError(errorCodes.find((known) => known === code) ?? 'overloaded', {
			message: 'It failed before n8n was restarted',
		});
	}
}

/** Whether a failure counts against the endpoint. The end of our own time limit does not count. */
function isFault({ code, httpStatus, delivery }: ImageError): boolean {
	return faults.includes(code) && !(code === 'rateLimited' && httpStatus === null && delivery === 'notSent');
}
