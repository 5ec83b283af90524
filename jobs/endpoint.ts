import type { ApiRequest, ApiTransport } from '../http/apiClient';
import { parseRetryAfter } from '../http/retryAfter';
import { ImageError, outcomeOf, toImageError } from '../model/errors';
import { isTerminal, type JobSnapshot } from '../model/job';
import type { ImageRequest } from '../model/request';
import type { Capabilities, EndpointConfig, Observation, ProviderAdapter, ProviderDefinition, Session } from '../providers/provider';
import { providers } from '../providers/registry';
import { checkRequest } from '../providers/requestCheck';
import { abortable, type Clock, type Random } from './clock';
import { Pacer } from './pacer';
import { retryDefaults, withRetry } from './retry';
import { pollFloorMs } from './schedule';
import { Slots } from './slots';
import { Watcher, type WaitOptions, type WaitResult } from './watcher';

export interface EndpointDependencies {
	clock: Clock;
	random: Random;
	/** Makes the API plane of an endpoint. */
	transport: (config: EndpointConfig) => ApiTransport;
}

export interface SubmitOptions {
	idempotencyKey: string;
	signal?: AbortSignal | undefined;
	/** Until when to try (ms since the epoch): waiting for a free slot, for the pace, and for a busy provider. */
	deadline: number;
	/** An earlier submit with this key got no answer (it stands in the node's context): the job is looked for first. */
	unclear?: { since: number } | undefined;
	/** Told of a job that was accepted after the signal had aborted: the request was under way, and is heard to its end. */
	ifStopped?: ((snapshot: JobSnapshot) => void) | undefined;
}

/** How long a submitted key is remembered, in ms: longer than any retry of the same item comes after. */
const keyMemoryMs = 10 * 60_000;

/**
 * One base URL plus credential, shared by every node and execution of the process, so that its limits are kept by
 * all of them together and one loop polls for all.
 */
export class Endpoint<S extends Session = Session> {
	readonly session: S;
	private readonly pacer: Pacer;
	private readonly slots: Slots;
	private readonly watcher: Watcher;
	private readonly submits = new Map<string, { submit: Promise<JobSnapshot>; until: number }>();

	constructor(
		readonly provider: ProviderDefinition,
		adapter: ProviderAdapter<S>,
		readonly config: EndpointConfig,
		private readonly dependencies: EndpointDependencies,
	) {
		const { clock, random } = dependencies;
		this.pacer = new Pacer(config.limits.requestsPerMinute, clock);
		this.session = adapter.connect(config, this.paced(dependencies.transport(config)));
		this.slots = new Slots(config.limits.jobsInFlight, (ids) => this.follow(ids));
		this.watcher = new Watcher({
			poll: (ids, signal) => this.poll(ids, signal),
			...(this.session.watch ? { watch: this.session.watch.bind(this.session) } : {}),
			bulk: provider.capabilities.poll === 'bulk',
			floorMs: pollFloorMs(config.limits.requestsPerMinute),
			clock,
			random,
			onEnd: (id) => this.slots.settle(id),
		});
	}

	/**
	 * Makes one job for a request and gives it as soon as the provider has accepted it (or, from a provider that
	 * answers at once, the finished job). The same key never makes two: a second call joins or repeats the first one's answer.
	 * Throws `invalidRequest` before anything is sent, else what the provider refused with.
	 */
	async submit(request: ImageRequest, options: SubmitOptions): Promise<JobSnapshot> {
		checkRequest(this.provider, request);
		const known = this.submits.get(options.idempotencyKey);
		if (known && known.until > this.dependencies.clock.now()) {
			const joined = await outcomeOf(abortable(known.submit, options.signal));
			if (joined.ok) return joined.value;
			if (joined.error.code !== 'canceled' || options.signal?.aborted) throw joined.error;
			// Whoever began it was stopped, perhaps between two attempts; we were not.
			await this.dependencies.clock.sleep(retryDefaults.baseMs, options.signal);
			return await this.submit(request, options);
		}
		const submit = this.submitNew(request, options);
		this.remember(options.idempotencyKey, submit);
		return await abortable(submit, options.signal);
	}

	/** Waits for a job's end together with everyone else who waits at this endpoint. */
	wait(id: string, options: WaitOptions): Promise<WaitResult> {
		return this.watcher.wait(id, options);
	}

	/** Takes in what was learned of a job elsewhere, e.g. by a verified webhook: whoever waits for it is told. */
	observe(snapshot: JobSnapshot): void {
		this.watcher.observe(snapshot);
	}

	/** Looks once at each of these jobs. Throws where nothing could be learned at all. */
	async look(ids: readonly string[], signal?: AbortSignal): Promise<Map<string, Observation>> {
		const { clock, random } = this.dependencies;
		const observations = await withRetry(() => this.poll(ids, signal), { clock, random, signal });
		for (const observation of observations.values()) if (observation.ok) this.watcher.observe(observation.snapshot);
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
		if (!cancel) throw cannot(this.provider, 'cancel a job', ({ cancelable }) => cancelable.length > 0);
		const { clock, random } = this.dependencies;
		const snapshot = await withRetry(() => cancel(id, { signal }), { clock, random, signal });
		this.watcher.observe(snapshot);
		return snapshot;
	}

	private async submitNew(request: ImageRequest, { idempotencyKey, signal, deadline, unclear, ifStopped }: SubmitOptions): Promise<JobSnapshot> {
		const { clock, random } = this.dependencies;
		const { idempotency: stated } = this.provider.capabilities;
		const idempotency = stated === 'lookup' && !this.session.find ? 'none' : stated;
		if (unclear && idempotency === 'none') throw perhapsPaid();
		const slot = await this.before(deadline, signal, (either) => this.slots.acquire(either), () => noSlot(this.config.limits.jobsInFlight));
		let last: ImageError | undefined;
		const begunAt = clock.now();
		let doubtSince = unclear?.since ?? null;
		const attempts = this.before(
			deadline,
			signal,
			(either) =>
				withRetry(
					async () => {
						const made = idempotency === 'lookup' && doubtSince !== null ? await this.session.find?.(request, { idempotencyKey, since: doubtSince, signal: either }) : null;
						return made ?? (await this.session.submit(request, { idempotencyKey, signal: either, maxWaitMs: deadline - clock.now() }));
					},
					{
						clock,
						random,
						signal: either,
						deadline,
						canRepeat: (error) => {
							last = error;
							if (error.delivery !== 'ambiguous') return true;
							doubtSince ??= begunAt;
							// Sent and not answered: safe to send again only with a key of the provider's own, or after a look.
							return idempotency !== 'none';
						},
					},
				),
			// What an earlier attempt met says more than that there was no time for another.
			() => last ?? noTurn(this.config.limits.requestsPerMinute),
		);
		const outcome = await outcomeOf(attempts);
		if (!outcome.ok) {
			slot.release();
			throw outcome.error.delivery === 'ambiguous' && outcome.error.code !== 'canceled' ? perhapsMade(outcome.error, idempotency, idempotencyKey) : outcome.error;
		}
		const { id, status } = outcome.value.job;
		if (id === null || isTerminal(status)) slot.release();
		else slot.bind(id);
		if (signal?.aborted) ifStopped?.(outcome.value);
		// When a job was made is known also where the provider's answer is silent about it.
		return { ...outcome.value, job: { ...outcome.value.job, createdAt: outcome.value.job.createdAt ?? new Date(clock.now()).toISOString() } };
	}

	/** The work, which is stopped by its signal when time is up, and then fails with `tooLate`. */
	private async before<T>(deadline: number, signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>, tooLate: () => ImageError): Promise<T> {
		const { clock } = this.dependencies;
		const late = new AbortController();
		const done = new AbortController();
		clock.sleep(deadline - clock.now(), done.signal).then(() => late.abort(), () => undefined);
		const outcome = await outcomeOf(work(signal ? AbortSignal.any([signal, late.signal]) : late.signal));
		done.abort();
		if (outcome.ok) return outcome.value;
		throw outcome.error.code === 'canceled' && late.signal.aborted && !signal?.aborted ? tooLate() : outcome.error;
	}

	/** Asks after jobs that hold a slot while somebody waits for one; nobody else may be looking at them. */
	private follow(ids: string[]): void {
		const { clock } = this.dependencies;
		for (const id of ids) {
			void this.watcher
				.wait(id, { deadline: clock.now() + 60_000 })
				// Where asking again may help it is asked again: a slot that nobody looks after is never given back.
				.then(({ ended }) => ended, (thrown: unknown) => !toImageError(thrown).retryable)
				.then((over) => {
					if (!over && this.slots.contended) this.follow([id]);
				});
		}
	}

	private async poll(ids: readonly string[], signal: AbortSignal | undefined): Promise<Map<string, Observation>> {
		if (!this.session.poll) throw cannot(this.provider, 'be asked after a job: it answers when the job is done', ({ poll }) => poll !== 'none');
		const observations = await this.session.poll(ids, { signal });
		return new Map([...observations].map(([id, observation]) => [id, aboutIt(id, observation)]));
	}

	/** A key is remembered while its submit runs and for a while after it was accepted; a refused one at once forgotten. */
	private remember(idempotencyKey: string, submit: Promise<JobSnapshot>): void {
		const { clock } = this.dependencies;
		const entry = { submit, until: Number.POSITIVE_INFINITY };
		// Oldest first, as a Map keeps them.
		for (const [key, { until }] of this.submits) {
			if (until > clock.now()) break;
			this.submits.delete(key);
		}
		this.submits.set(idempotencyKey, entry);
		submit.then(
			() => {
				entry.until = clock.now() + keyMemoryMs;
			},
			() => this.submits.delete(idempotencyKey),
		);
	}

	/** Every request of the endpoint takes its turn, and a "too fast" from the provider slows all of them. */
	private paced(transport: ApiTransport): ApiTransport {
		const { clock } = this.dependencies;
		const inTurn = async <A extends { status: number; headers: Record<string, string> }>(request: ApiRequest, call: (request: ApiRequest) => Promise<A>): Promise<A> => {
			await abortable(this.pacer.take(request.signal), request.signal);
			// What changes something is not cut off half way: its answer names the job that was made, and who stopped waiting may still cancel it.
			const answer = await call(request.method === 'GET' ? request : { ...request, signal: undefined });
			if (answer.status === 429) {
				const asked = parseRetryAfter(answer.headers['retry-after'], clock.now()) ?? retryDefaults.baseMs;
				this.pacer.pauseUntil(clock.now() + Math.min(asked, retryDefaults.longestRetryAfterMs));
			}
			return answer;
		};
		return {
			send: (request) => inTurn(request, (own) => transport.send(own)),
			open: (request) => inTurn(request, (own) => transport.open(own)),
			// A socket is opened at most once a job and asks for nothing more: it takes no turn.
			socket: (path, options) => transport.socket(path, options),
		};
	}
}

/** Sent and not answered to the end; the hint says how the job, if there is one, can be had without paying again. */
function perhapsMade(error: ImageError, idempotency: Capabilities['idempotency'], key: string): ImageError {
	const { code, message, retryable, httpStatus, delivery } = error;
	const hint = {
		native: `Run this item again with the idempotency key ${key}: it gives that job, not a second one`,
		lookup: 'Run this item again: the job is looked for before another is made',
		none: 'Look at the provider before you run this item again: it may be paid already',
	}[idempotency];
	return new ImageError(code, { message: `${message}. The job may have been made all the same`, hint, retryable, httpStatus, delivery, cause: error });
}

/** Neither a key nor a look tells what became of an earlier attempt: only a person may decide to pay once more. */
function perhapsPaid(): ImageError {
	return new ImageError('conflict', {
		message: 'An earlier attempt of this item was sent and not answered, so it may have been paid; it is not sent again',
		hint: 'Look at the provider. To generate all the same, run the workflow anew, or give the item another "Idempotency Key" in the options',
		delivery: 'notSent',
	});
}

function noSlot(jobsInFlight: number | null): ImageError {
	return new ImageError('rateLimited', {
		message: `No job ended in time: ${jobsInFlight} are in flight, as many as the credential allows`,
		hint: 'Raise "Max Wait", or "Jobs in Flight" in the credential if your tenant is allowed more',
		delivery: 'notSent',
	});
}

function noTurn(requestsPerMinute: number | null): ImageError {
	return new ImageError('rateLimited', {
		message: `Its turn to be sent did not come in time${requestsPerMinute === null ? '' : `: the credential allows ${requestsPerMinute} requests a minute`}`,
		hint: 'Raise "Max Wait", or "Requests per Minute" in the credential if your tenant is allowed more',
		delivery: 'notSent',
	});
}

/** An answer about another job (a proxy's cache, say) is spoilt, whatever it says. */
function aboutIt(id: string, observation: Observation): Observation {
	if (!observation.ok || observation.snapshot.job.id === id) return observation;
	return { ok: false, error: new ImageError('malformedResponse', { message: `Asked after job ${id}, told of job ${String(observation.snapshot.job.id)}` }) };
}

function cannot(provider: ProviderDefinition, what: string, can: (capabilities: Capabilities) => boolean): ImageError {
	const able = providers.filter(({ capabilities }) => can(capabilities)).map(({ displayName }) => displayName);
	return new ImageError('invalidRequest', { message: `${provider.displayName} cannot ${what}`, hint: able.length > 0 ? `Providers that can: ${able.join(', ')}` : null, delivery: 'notSent' });
}
