import { createHash } from 'node:crypto';
import {
	type CircuitBreakerPolicy,
	CircuitState,
	ConsecutiveBreaker,
	circuitBreaker,
	DelegateBackoff,
	handleAll,
	isBrokenCircuitError,
} from 'cockatiel';
import type { Json } from '../../memory/memory';
import { type ErrorCode, errorCodes, ImageError, outcomeOf, toImageError } from '../../model/errors';
import type { PooledEndpoint } from '../../providers/credential';
import type { Endpoint } from '../endpoint/endpoint';

/** Every constant of taking an endpoint out of a pool. Times in ms. */
export const ejection = {
	/** Failures in a row. */
	after: 3,
	/** First cool-down; doubled with each probe that fails. */
	coolDownMs: 5_000,
	longestCoolDownMs: 300_000,
};

/** Failures that say something of the endpoint; another one may do. */
const faults: readonly ErrorCode[] = [
	'auth',
	'quotaExceeded',
	'rateLimited',
	'overloaded',
	'network',
	'timeout',
	'upstream',
];

/** How an endpoint of a pool stands. Times are ISO 8601. */
export interface EndpointHealth {
	endpoint: string;
	baseUrl: string;
	/** `open`: taken out until `retryAt`; `probing`: one request is trying whether it is back. */
	state: 'closed' | 'open' | 'probing';
	retryAt: string | null;
	lastError: { code: ErrorCode; message: string } | null;
	/** Until when the provider asked us to wait. */
	pausedUntil: string | null;
	jobsInFlight: number;
	waiting: number;
	/** Of the credential, or learned; null for none. */
	requestsPerMinute: number | null;
	maxJobsInFlight: number | null;
}

let members = 0;

/** An endpoint among others, with a circuit breaker: after failures in a row it is left alone for a while. */
export class PoolMember {
	/** Tells it from all others of the process. */
	readonly id = ++members;
	private breaker: CircuitBreakerPolicy;
	private retryAt = 0;
	/** Cool-downs in a row, the present one included. */
	private coolDowns = 0;
	private lastError: ImageError | null = null;
	/** Whether an attempt has ended in this process. */
	private isTried = false;
	/** What was kept last. */
	private kept: Json = null;

	constructor(
		readonly settings: Omit<PooledEndpoint, 'credential'>,
		readonly endpoint: Endpoint,
	) {
		this.breaker = this.closedOr();
		endpoint.learned.whenRead(({ breaker }) => this.restore(breaker, Date.now()));
	}

	/** Until when it is not to be asked, because it failed or said so; 0 where it may be. ms since the epoch. */
	restsUntil(now: number): number {
		const ejected =
			this.breaker.state === CircuitState.HalfOpen
				? now + ejection.coolDownMs
				: this.breaker.state === CircuitState.Open
					? this.retryAt
					: 0;
		const until = Math.max(ejected, this.endpoint.pausedUntil);
		return until > now ? until : 0;
	}

	/**
	 * Does the work, and takes account of how it ends. Throws `overloaded` without doing it while the endpoint is taken
	 * out.
	 */
	async attempt<T>(work: () => Promise<T>): Promise<T> {
		try {
			const outcome = await this.breaker.execute(async () => {
				const done = await outcomeOf(work());
				if (!done.ok && isFault(done.error)) throw done.error;
				return done;
			});
			// What is the request's fault shows that the endpoint is well.
			if (outcome.ok) return outcome.value;
			throw outcome.error;
		} catch (thrown) {
			if (isBrokenCircuitError(thrown)) throw this.resting(Date.now());
			this.lastError = toImageError(thrown);
			throw this.lastError;
		} finally {
			this.isTried = true;
			this.keep();
		}
	}

	/**
	 * What is to be kept over a restart: null where it may be asked. Of the error only its code, for its message may
	 * quote anything.
	 */
	snapshot(): Json {
		if (this.breaker.state === CircuitState.Closed) return null;
		return { retryAt: this.retryAt, coolDowns: this.coolDowns, code: this.lastError?.code ?? null };
	}

	/**
	 * Takes over what was kept: an endpoint that was taken out stays so until its time, and no longer. Nothing where
	 * this process knows better.
	 */
	restore(kept: Json | undefined, now: number): void {
		if (
			this.isTried ||
			this.breaker.state !== CircuitState.Closed ||
			typeof kept !== 'object' ||
			kept === null ||
			!('retryAt' in kept)
		)
			return;
		const { retryAt, coolDowns, code } = kept;
		if (
			typeof retryAt !== 'number' ||
			!(retryAt > now) ||
			typeof coolDowns !== 'number' ||
			!Number.isInteger(coolDowns) ||
			coolDowns < 1
		)
			return;
		const attempt = Math.min(coolDowns, maxCoolDowns);
		// A clock that was set back must not take it out for longer than it ever would be.
		const until = Math.min(retryAt, now + coolDownMs(attempt));
		this.breaker = this.closedOr({
			ownState: { value: CircuitState.Open, openedAt: until - coolDownMs(attempt), attemptNo: attempt },
			breakerState: ejection.after,
		});
		this.retryAt = until;
		this.lastError = new ImageError(errorCodes.find((known) => known === code) ?? 'overloaded', {
			message: 'It failed before n8n was restarted',
		});
	}

	private keep(): void {
		const snapshot = this.snapshot();
		if (JSON.stringify(snapshot) === JSON.stringify(this.kept)) return;
		this.kept = snapshot;
		this.endpoint.learned.change('breaker', () => this.snapshot());
	}

	/** @param initialState as cockatiel gives it; closed by default */
	private closedOr(initialState?: unknown): CircuitBreakerPolicy {
		const coolDown = new DelegateBackoff(({ attempt }: { attempt: number }) => {
			const ms = coolDownMs(attempt);
			this.coolDowns = attempt;
			// The policy keeps to itself when it will let somebody try again.
			this.retryAt = Date.now() + ms;
			return ms;
		});
		return circuitBreaker(handleAll, {
			breaker: new ConsecutiveBreaker(ejection.after),
			halfOpenAfter: coolDown,
			...(initialState === undefined ? {} : { initialState }),
		});
	}

	/** What is said in place of an attempt. */
	resting(now: number): ImageError {
		const until = this.restsUntil(now);
		const after = this.lastError ? ` after: ${this.lastError.message}` : '';
		return new ImageError('overloaded', {
			message: `Left alone until ${new Date(until).toISOString()}${after}`,
			delivery: 'notSent',
			retryAfterMs: Math.max(0, until - now),
		});
	}

	health(now: number): EndpointHealth {
		const { state } = this.breaker;
		const { limits, baseUrl } = this.endpoint.config;
		const iso = (moment: number) => (moment > now ? new Date(moment).toISOString() : null);
		return {
			endpoint: this.settings.name,
			baseUrl,
			state: state === CircuitState.Closed ? 'closed' : state === CircuitState.HalfOpen ? 'probing' : 'open',
			retryAt: state === CircuitState.Open ? new Date(this.retryAt).toISOString() : null,
			lastError:
				this.lastError && state !== CircuitState.Closed
					? { code: this.lastError.code, message: this.lastError.message }
					: null,
			pausedUntil: iso(this.endpoint.pausedUntil),
			...this.endpoint.load,
			requestsPerMinute: this.endpoint.requestsPerMinute,
			maxJobsInFlight: limits.jobsInFlight,
		};
	}
}

/** Cool-downs beyond which they grow no more. */
const maxCoolDowns = 16;

function coolDownMs(attempt: number): number {
	return Math.min(ejection.coolDownMs * 2 ** (attempt - 1), ejection.longestCoolDownMs);
}

/** Whether a failure counts against the endpoint. One that only says that our own time was up does not. */
function isFault({ code, httpStatus, delivery }: ImageError): boolean {
	return faults.includes(code) && !(code === 'rateLimited' && httpStatus === null && delivery === 'notSent');
}

/**
 * The members in the order in which they are to be asked: those meant for the model first, by priority; within one
 * priority those with a free place, and then by weight, drawn by the key, so that the same key finds the same endpoint.
 */
export function orderMembers(members: readonly PoolMember[], model: string | undefined, key: string): PoolMember[] {
	const capable = members.filter(
		({ settings: settings }) =>
			settings.models.length === 0 || (model !== undefined && settings.models.includes(model)),
	);
	const rank = ({ settings: settings, endpoint }: PoolMember) => [
		settings.models.length > 0 ? 0 : 1,
		settings.priority,
		endpoint.full ? 1 : 0,
		lot(key, settings),
	];
	return capable
		.map((member) => ({ member, rank: rank(member) }))
		.sort((a, b) => compare(a.rank, b.rank))
		.map(({ member }) => member);
}

/** Weighted rendezvous hashing: the smallest wins, each as often as its weight says. */
function lot(key: string, { name, weight }: Omit<PooledEndpoint, 'credential'>): number {
	const drawn = (createHash('sha256').update(`${key}\0${name}`).digest().readUIntBE(0, 6) + 1) / (2 ** 48 + 1);
	return -Math.log(drawn) / weight;
}

function compare(a: readonly number[], b: readonly number[]): number {
	for (const [index, value] of a.entries()) {
		const difference = value - (b[index] ?? 0);
		if (difference !== 0) return difference;
	}
	return 0;
}
