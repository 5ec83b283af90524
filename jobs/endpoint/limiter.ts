import type { ApiTransport } from '../../http/apiClient';
import { outcomeOf } from '../../model/errors';
import type { EndpointConfig } from '../../providers/provider';
import type { ScarceLimits } from '../polling/pollSchedule';
import type { Clock } from '../runtime/clock';
import { Slots } from '../runtime/slots';
import type { LearnedValues } from './learnedValues';
import { groups, PacedTransport } from './pacedTransport';
import { RequestPace } from './requestPace';

/** Keeps an endpoint within its limits: requests a minute (the credential's or a learned one) and jobs in flight. */
export class Limiter {
	/** Jobs in flight. */
	readonly slots: Slots;
	private readonly pace: RequestPace;
	private readonly origin: string;

	/** @param onContention called with the jobs that hold a slot while a submit waits for one */
	constructor(
		private readonly config: EndpointConfig,
		private readonly clock: Clock,
		learned: LearnedValues,
		onContention: (jobIds: string[]) => void,
	) {
		this.origin = new URL(config.baseUrl).origin;
		this.pace = new RequestPace(config.limits, clock, () => learned.change('rate', () => this.pace.snapshot()));
		this.slots = new Slots(config.limits.jobsInFlight, onContention);
		learned.whenRead(({ rate }) => this.pace.restore(rate));
	}

	/** The API plane with every request paced. */
	paced(transport: ApiTransport): ApiTransport {
		return new PacedTransport(transport, this.pace, this.clock);
	}

	/**
	 * Does work that sends a request beside the API plane, e.g. a download. It is paced with the endpoint's requests if
	 * the server counts it: at the origin of the base URL, if the limit applies to each client.
	 */
	async paceDownload<T>(url: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
		const isCounted =
			this.config.limits.perClient === true && URL.canParse(url) && new URL(url).origin === this.origin;
		if (!isCounted) return await work();
		const sentAt = await this.pace.next(signal, groups.getStore());
		const done = await outcomeOf(work());
		const status = done.ok ? 200 : done.error.httpStatus;
		if (status !== null) this.pace.answered(sentAt, status, done.ok ? null : done.error.retryAfterMs);
		if (done.ok) return done.value;
		throw done.error;
	}

	/** The credential's own request limit; null for none. */
	get configuredRequestsPerMinute(): number | null {
		return this.config.limits.requestsPerMinute;
	}

	/** The credential's request limit, or else the learned limit; null: no limit. */
	get requestsPerMinute(): number | null {
		return this.pace.requestsPerMinute;
	}

	/** End of the pause that the provider requested, by `Clock.now`. */
	get pausedUntil(): number {
		return this.pace.pausedUntil;
	}

	/** When the last request was sent, by `Clock.now`; before the first -Infinity. */
	get lastRequestAt(): number {
		return this.pace.lastAt;
	}

	/** Whether it keeps nothing that a new one would not know: no slot, no pause and no request that still counts. */
	get isAtRest(): boolean {
		return this.pace.isAtRest && this.slots.waiting === 0 && this.slots.inFlight === 0;
	}

	/** Requests and jobs that wait for pacing or a slot. */
	get waiting(): number {
		return this.slots.waiting + this.pace.waiting;
	}

	/** The limits that polls and submits share while a submit waits for a slot; undefined if no submit waits. */
	get scarce(): ScarceLimits | undefined {
		const { jobsInFlight } = this.config.limits;
		const { requestsPerMinute } = this;
		return this.slots.contended && requestsPerMinute !== null && jobsInFlight !== null
			? { requestsPerMinute, inFlight: jobsInFlight }
			: undefined;
	}
}
