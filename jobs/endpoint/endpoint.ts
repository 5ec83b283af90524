import type { ApiTransport } from '../../http/apiClient';
import { type ImageError, toImageError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import type {
	EndpointConfig,
	Observation,
	ProviderAdapter,
	ProviderDefinition,
	Session,
} from '../../providers/provider';
import { AdaptiveSchedule } from '../polling/adaptiveSchedule';
import type { JobTracker } from '../polling/jobTracker';
import type { MakeSchedule } from '../polling/pollSchedule';
import { otherJob } from '../polling/transition';
import { abortable, type Clock, inMs, type Random } from '../runtime/clock';
import { withRetry } from '../runtime/retry';
import type { Slots } from '../runtime/slots';
import { identityOf } from './identity';
import { JobTimes } from './jobTimes';
import { LearnedValues, type ScopedLearned } from './learnedValues';
import { Limiter } from './limiter';
import { groups } from './pacedTransport';
import { trackJobs } from './trackJobs';
import { unsupported } from './unsupported';

export interface EndpointDependencies {
	clock: Clock;
	random: Random;
	/** Makes the API plane of an endpoint. */
	transport: (config: EndpointConfig) => ApiTransport;
	/** Where learned values are saved; by default they are lost at the end of the process. */
	learned?: ScopedLearned;
	/** When jobs are polled; adaptive by default. */
	schedule?: MakeSchedule;
}

/** How long one wait for a job that only holds a slot lasts, in ms; it is repeated while submits wait. */
const followMs = 60_000;

/**
 * One base URL plus credential, shared by every node and execution of the process, so that together they keep its
 * limits and one loop polls for all.
 */
export class Endpoint<S extends Session = Session> {
	readonly session: S;
	/** Hash of base URL and key: the same for the same account, under any name. */
	readonly identity: string;
	/** What was learned about the endpoint. Other parts save their values here too. */
	readonly learned: LearnedValues;
	/** The jobs that executions wait for. */
	readonly jobs: JobTracker;
	private readonly limiter: Limiter;
	private readonly times: JobTimes;
	/** When a node last used it, by `Clock.now`. */
	private usedAt: number;
	/** Jobs that are polled because they hold a slot, each once however many submits wait. */
	private readonly followed = new Set<string>();

	constructor(
		readonly provider: ProviderDefinition,
		adapter: ProviderAdapter<S>,
		readonly config: EndpointConfig,
		private readonly dependencies: EndpointDependencies,
	) {
		const { clock, random } = dependencies;
		this.identity = identityOf(provider, config);
		this.usedAt = clock.now();
		this.learned = new LearnedValues(dependencies.learned);
		this.limiter = new Limiter(config, clock, this.learned, (ids) => this.follow(ids));
		this.times = new JobTimes(clock, this.learned);
		this.session = adapter.connect(config, this.limiter.paced(dependencies.transport(config)));
		this.jobs = trackJobs({
			session: this.session,
			poll: (ids, signal) => this.poll(ids, signal),
			bulk: provider.capabilities.poll === 'bulk',
			limiter: this.limiter,
			times: this.times,
			learned: this.learned,
			// The one line that chooses when jobs are polled.
			schedule: dependencies.schedule ?? ((facts) => new AdaptiveSchedule(facts)),
			clock,
			random,
		});
	}

	/** Work whose requests wait for those of the same group only. */
	forGroup<T>(group: string | undefined, work: () => Promise<T>): Promise<T> {
		return groups.run(group ?? '', work);
	}

	/** Slots for jobs in flight. */
	get slots(): Slots {
		return this.limiter.slots;
	}

	/** The credential's request limit, or else the learned limit; null: no limit. */
	get requestsPerMinute(): number | null {
		return this.limiter.requestsPerMinute;
	}

	/** End of the pause that the provider requested, by `Clock.now`. */
	get pausedUntil(): number {
		return this.limiter.pausedUntil;
	}

	/** Whether a further job would have to wait for another's end. */
	get full(): boolean {
		return this.slots.full;
	}

	/** Jobs that run here as far as this process knows, and requests and jobs that wait for pacing or a slot. */
	get load(): { jobsInFlight: number; waiting: number } {
		return { jobsInFlight: Math.max(this.slots.inFlight, this.times.count), waiting: this.limiter.waiting };
	}

	/** When it became idle, by `Clock.now`; null while a job or a request runs or waits. */
	get idleSince(): number | null {
		const isBusy = this.jobs.isBusy || this.load.waiting > 0 || this.load.jobsInFlight > 0;
		return isBusy ? null : Math.max(this.usedAt, this.limiter.lastRequestAt);
	}

	/**
	 * Whether it may be released and made again later: no execution waits for a job, and its limits would be kept all
	 * the same. What it has learned is in the memory.
	 */
	get isReleasable(): boolean {
		return !this.jobs.isBusy && this.limiter.isAtRest;
	}

	/** A node is about to use it. */
	use(): void {
		this.usedAt = this.dependencies.clock.now();
	}

	/** Does work that sends a request beside the API plane, paced where the server counts it (`Limiter`). */
	pace<T>(url: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
		return this.limiter.paceDownload(url, work, signal);
	}

	/** Polls each of these jobs once. Throws if the poll as a whole failed. */
	async pollOnce(ids: readonly string[], signal?: AbortSignal): Promise<Map<string, Observation>> {
		const observations = await this.retried(() => this.poll(ids, signal), signal);
		for (const observation of observations.values()) if (observation.ok) this.jobs.observe(observation.snapshot);
		return observations;
	}

	/** Makes a call that only reads, and repeats it after retryable errors. */
	read<T>(call: (session: S) => Promise<T>, signal?: AbortSignal): Promise<T> {
		return this.retried(() => call(this.session), signal);
	}

	/** Throws `conflict` when the job can no longer be canceled, `invalidRequest` where the provider cannot cancel. */
	async cancel(id: string, signal?: AbortSignal): Promise<JobSnapshot> {
		const cancel = this.session.cancel?.bind(this.session);
		if (!cancel) throw unsupported(this.provider, 'cancel a job', ({ cancelable }) => cancelable.length > 0);
		const snapshot = await this.retried(() => cancel(id, { signal }), signal);
		this.jobs.observe(snapshot);
		return snapshot;
	}

	/** A job of this request runs here from now on. */
	began(id: string, request: ImageRequest): void {
		this.times.began(id, request);
	}

	/** While a submit waits for a slot, the jobs that hold one are polled even if no execution waits for them. */
	private follow(ids: string[]): void {
		const { clock } = this.dependencies;
		for (const id of ids) {
			if (this.followed.has(id)) continue;
			this.followed.add(id);
			void this.jobs
				.wait(id, { deadline: inMs(clock, followMs) })
				// A retryable error is followed by another wait: the slot of a job that is not polled is never freed.
				.then(
					({ ended }) => ended,
					(thrown: unknown) => !toImageError(thrown).retryable,
				)
				.then((isOver) => {
					this.followed.delete(id);
					if (!isOver && this.slots.contended) this.follow([id]);
				});
		}
	}

	private async poll(ids: readonly string[], signal: AbortSignal | undefined): Promise<Map<string, Observation>> {
		if (!this.session.poll)
			throw unsupported(
				this.provider,
				'be polled for a job: it answers when the job is done',
				({ poll }) => poll !== 'none',
			);
		const observations = await this.session.poll(ids, { signal });
		return new Map([...observations].map(([id, observation]) => [id, aboutIt(id, observation)]));
	}

	private retried<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
		const { clock, random } = this.dependencies;
		// The requests that change something are not aborted, but nobody waits for them after a stop.
		return abortable(withRetry(work, { clock, random, signal, canRepeat }), signal);
	}
}

/** A silent server is not asked again: it would hold a node for minutes. */
function canRepeat({ code, httpStatus, retryable }: ImageError): boolean {
	return retryable && !(code === 'timeout' && httpStatus === null);
}

/** An answer about another job is an error, whatever it reports. */
function aboutIt(id: string, observation: Observation): Observation {
	if (!observation.ok || observation.snapshot.job.id === id) return observation;
	return { ok: false, error: otherJob(id, observation.snapshot.job.id) };
}
