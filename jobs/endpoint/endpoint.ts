import { createHash } from 'node:crypto';
import type { ApiTransport } from '../../http/apiClient';
import { ImageError, outcomeOf, toImageError } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import type {
	EndpointConfig,
	Observation,
	ProviderAdapter,
	ProviderDefinition,
	Session,
} from '../../providers/provider';
import { Mailbox } from '../polling/mailbox';
import { PushTrust } from '../polling/pushTrust';
import { pollFloorMs, schedule } from '../polling/growingSchedule';
import { advanceSnapshot } from '../polling/transition';
import type { EndSeen, WaitResult } from '../polling/polledJob';
import { type WaitOptions, Poller } from '../polling/jobTracker';
import type { Clock, Random } from '../runtime/clock';
import { withRetry } from '../runtime/retry';
import { Slots } from '../runtime/slots';
import { JobTimes } from './jobTimes';
import { LearnedValues, type ScopedLearned } from './learnedValues';
import { groups, PacedTransport } from './pacedTransport';
import { RequestPace } from './requestPace';
import { unsupported } from './unsupported';

export interface EndpointDependencies {
	clock: Clock;
	random: Random;
	/** Makes the API plane of an endpoint. */
	transport: (config: EndpointConfig) => ApiTransport;
	/** Where what is learned of it outlives the process; nowhere by default. */
	learned?: ScopedLearned;
}

/**
 * One base URL plus credential, shared by every node and execution of the process, so that its limits are kept by
 * all of them together and one loop polls for all.
 */
export class Endpoint<S extends Session = Session> {
	readonly session: S;
	/** Jobs in flight. */
	readonly slots: Slots;
	/** Hash of base URL and key: the same for the same account, whatever it is called. */
	readonly identity: string;
	/** What was learned of it, for who else learns something. */
	readonly learned: LearnedValues;
	private readonly requests: RequestPace;
	private readonly poller: Poller;
	private readonly mailbox: Mailbox;
	private readonly times: JobTimes;
	private readonly origin: string;
	/** When it was last asked for something, ms since the epoch. */
	private usedAt: number;

	constructor(
		readonly provider: ProviderDefinition,
		adapter: ProviderAdapter<S>,
		readonly config: EndpointConfig,
		private readonly dependencies: EndpointDependencies,
	) {
		const { clock, random } = dependencies;
		this.identity = identityOf(provider, config);
		this.origin = new URL(config.baseUrl).origin;
		this.usedAt = clock.now();
		this.learned = new LearnedValues(dependencies.learned);
		this.mailbox = new Mailbox(clock);
		this.requests = new RequestPace(config.limits, clock, () =>
			this.learned.change('rate', () => this.requests.snapshot()),
		);
		this.times = new JobTimes(clock, this.learned);
		this.session = adapter.connect(
			config,
			new PacedTransport(dependencies.transport(config), this.requests, clock),
		);
		this.slots = new Slots(config.limits.jobsInFlight, (ids) => this.follow(ids));
		const trust = new PushTrust();
		this.poller = new Poller({
			poll: (ids, signal) => this.poll(ids, signal),
			...(this.session.watch ? { watch: this.session.watch.bind(this.session) } : {}),
			bulk: provider.capabilities.poll === 'bulk',
			floorMs: pollFloorMs(config.limits.requestsPerMinute),
			learnedFloorMs: pollFloorMs(config.limits.requestsPerMinute, schedule.learnedFastestMs),
			expected: (id) => this.times.expected(id),
			scarce: () => this.scarce(),
			clock,
			random,
			onEnd: (id, seen) => this.ended(id, seen),
			trust,
			onTrust: () => this.learned.change('trust', () => trust.snapshot(clock.now())),
		});
		this.learned.whenRead(({ rate, trust: kept }) => {
			this.requests.restore(rate);
			trust.restore(kept, clock.now());
			this.poller.reschedule();
		});
	}

	/** Work whose requests wait for those of the same group only. */
	forGroup<T>(group: string | undefined, work: () => Promise<T>): Promise<T> {
		return groups.run(group ?? '', work);
	}

	/** Requests a minute it keeps to: the credential's, else what was learned; null for none. */
	get requestsPerMinute(): number | null {
		return this.requests.requestsPerMinute;
	}

	/** Until when nothing is sent because the provider said so, ms since the epoch. */
	get pausedUntil(): number {
		return this.requests.pausedUntil;
	}

	/** Whether a further job would have to wait for another's end. */
	get full(): boolean {
		return this.slots.full;
	}

	/** Jobs that run here as far as this process knows, and requests and jobs that wait for pacing or a slot. */
	get load(): { jobsInFlight: number; waiting: number } {
		return {
			jobsInFlight: Math.max(this.slots.inFlight, this.times.count),
			waiting: this.slots.waiting + this.requests.waiting,
		};
	}

	/**
	 * Since when nobody has used it and nothing has run or waited here, ms since the epoch; null while something does.
	 */
	get idleSince(): number | null {
		const isBusy = this.poller.isBusy || this.load.waiting > 0 || this.load.jobsInFlight > 0;
		return isBusy ? null : Math.max(this.usedAt, this.requests.lastAt);
	}

	/** Somebody is about to use it. */
	use(): void {
		this.usedAt = this.dependencies.clock.now();
	}

	/**
	 * Does work that sends a request beside the API plane, a download mostly. It is paced with the endpoint's own
	 * requests where the server counts it among them: at the base URL's own origin, where the limit is each client's.
	 */
	async pace<T>(url: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
		const isCounted =
			this.config.limits.perClient === true && URL.canParse(url) && new URL(url).origin === this.origin;
		if (!isCounted) return await work();
		const sentAt = await this.requests.next(signal, groups.getStore());
		const done = await outcomeOf(work());
		const status = done.ok ? 200 : done.error.httpStatus;
		if (status !== null) this.requests.answered(sentAt, status, done.ok ? null : done.error.retryAfterMs);
		if (done.ok) return done.value;
		throw done.error;
	}

	/** Waits for a job's end together with everyone else who waits at this endpoint. */
	async wait(id: string, options: WaitOptions): Promise<WaitResult> {
		const reported = this.mailbox.read(id);
		if (reported) return { ended: true, snapshot: advanceSnapshot(options.known, reported) };
		return await this.poller.wait(id, options);
	}

	/**
	 * Takes in what was learned of a job elsewhere, e.g. by a verified webhook: whoever waits for it, or will, is told.
	 */
	observe(snapshot: JobSnapshot): void {
		const { id, status } = snapshot.job;
		if (id !== null && isTerminal(status)) this.mailbox.put(id, snapshot);
		// Of a job of another endpoint it says nothing about this one.
		this.poller.observe(snapshot, { announced: id !== null && this.times.has(id) });
	}

	/** Looks once at each of these jobs. Throws where nothing could be learned at all. */
	async pollOnce(ids: readonly string[], signal?: AbortSignal): Promise<Map<string, Observation>> {
		const { clock, random } = this.dependencies;
		const observations = await withRetry(() => this.poll(ids, signal), { clock, random, signal });
		for (const observation of observations.values()) if (observation.ok) this.poller.observe(observation.snapshot);
		return observations;
	}

	/** Calls the session for something that changes nothing, and repeats it when it fails on the way. */
	read<T>(call: (session: S) => Promise<T>, signal?: AbortSignal): Promise<T> {
		const { clock, random } = this.dependencies;
		return withRetry(() => call(this.session), { clock, random, signal });
	}

	/** Throws `conflict` when the job can no longer be canceled, `invalidRequest` where the provider cannot cancel. */
	async cancel(id: string, signal?: AbortSignal): Promise<JobSnapshot> {
		const cancel = this.session.cancel?.bind(this.session);
		if (!cancel) throw unsupported(this.provider, 'cancel a job', ({ cancelable }) => cancelable.length > 0);
		const { clock, random } = this.dependencies;
		const snapshot = await withRetry(() => cancel(id, { signal }), { clock, random, signal });
		this.poller.observe(snapshot);
		return snapshot;
	}

	/** A job of this request runs here from now on. */
	began(id: string, request: ImageRequest): void {
		this.times.began(id, request);
	}

	private scarce(): { requestsPerMinute: number; inFlight: number } | undefined {
		const { jobsInFlight } = this.config.limits;
		const { requestsPerMinute } = this;
		return this.slots.contended && requestsPerMinute !== null && jobsInFlight !== null
			? { requestsPerMinute, inFlight: jobsInFlight }
			: undefined;
	}

	/** Whoever saw it: the slot is free. */
	private ended(id: string, seen: EndSeen | undefined): void {
		this.slots.settle(id);
		this.times.ended(id, seen);
	}

	/** Asks after jobs that hold a slot while somebody waits for one; nobody else may be looking at them. */
	private follow(ids: string[]): void {
		const { clock } = this.dependencies;
		for (const id of ids) {
			void this.poller
				.wait(id, { deadline: clock.now() + 60_000 })
				// Where asking again may help it is asked again: a slot that nobody looks after is never given back.
				.then(
					({ ended }) => ended,
					(thrown: unknown) => !toImageError(thrown).retryable,
				)
				.then((over) => {
					if (!over && this.slots.contended) this.follow([id]);
				});
		}
	}

	private async poll(ids: readonly string[], signal: AbortSignal | undefined): Promise<Map<string, Observation>> {
		if (!this.session.poll)
			throw unsupported(
				this.provider,
				'be asked after a job: it answers when the job is done',
				({ poll }) => poll !== 'none',
			);
		const observations = await this.session.poll(ids, { signal });
		return new Map([...observations].map(([id, observation]) => [id, aboutIt(id, observation)]));
	}
}

/** What tells an account of a provider from all others: base URL and key, whatever their name and limits. */
export function identityOf(
	provider: Pick<ProviderDefinition, 'id'>,
	{ baseUrl, headers, secrets }: EndpointConfig,
): string {
	return createHash('sha256')
		.update(JSON.stringify([provider.id, baseUrl, headers, secrets]))
		.digest('hex');
}

/** An answer about another job (a proxy's cache, say) is spoilt, whatever it says. */
function aboutIt(id: string, observation: Observation): Observation {
	if (!observation.ok || observation.snapshot.job.id === id) return observation;
	return {
		ok: false,
		error: new ImageError('malformedResponse', {
			message: `Asked after job ${id}, told of job ${String(observation.snapshot.job.id)}`,
		}),
	};
}
