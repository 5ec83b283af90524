import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import type { ApiRequest, ApiStream, ApiTransport } from '../../http/apiClient';
import { parseRetryAfter } from '../../http/retryAfter';
import { ImageError, toImageError } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import type { Capabilities, EndpointConfig, Observation, ProviderAdapter, ProviderDefinition, Session } from '../../providers/provider';
import { providers } from '../../providers/registry';
import type { Clock, Random } from '../runtime/clock';
import { type Charge, charges } from './charge';
import { Durations, type Expectation } from '../polling/durations';
import { LearnedRate } from './learnedRate';
import { Mailbox } from '../polling/mailbox';
import { Pacer } from './pacer';
import { retryDefaults, withRetry } from '../runtime/retry';
import { pollFloorMs, schedule } from '../polling/schedule';
import { Slots } from '../runtime/slots';
import { advanceSnapshot } from '../polling/transition';
import type { WaitResult } from '../polling/watchedJob';
import { Watcher, type WaitOptions } from '../polling/watcher';

export interface EndpointDependencies {
	clock: Clock;
	random: Random;
	/** Makes the API plane of an endpoint. */
	transport: (config: EndpointConfig) => ApiTransport;
}

/** Jobs under way whose kind is remembered. */
const mostFollowed = 10_000;

/** For whom a request is made, from the submit down to its turn: the layers between need not know. */
const groups = new AsyncLocalStorage<string>();

/**
 * One base URL plus credential, shared by every node and execution of the process, so that its limits are kept by
 * all of them together and one loop polls for all.
 */
export class Endpoint<S extends Session = Session> {
	readonly session: S;
	private readonly pacer: Pacer;
	/** Jobs in flight. */
	readonly slots: Slots;
	/** Hash of base URL and key: the same for the same account, whatever it is called. */
	readonly identity: string;
	private readonly watcher: Watcher;
	private readonly mailbox: Mailbox;
	private readonly durations = new Durations();
	private readonly rate = new LearnedRate();
	/** Jobs this process has submitted and not seen the end of: what they are like, and since when they run. */
	private readonly kinds = new Map<string, { kind: string; since: number }>();

	constructor(
		readonly provider: ProviderDefinition,
		adapter: ProviderAdapter<S>,
		readonly config: EndpointConfig,
		private readonly dependencies: EndpointDependencies,
	) {
		const { clock, random } = dependencies;
		this.mailbox = new Mailbox(clock);
		this.pacer = new Pacer(config.limits.requestsPerMinute, clock, config.limits.burst);
		this.session = adapter.connect(config, this.paced(dependencies.transport(config)));
		this.slots = new Slots(config.limits.jobsInFlight, (ids) => this.follow(ids));
		this.identity = createHash('sha256').update(JSON.stringify([provider.id, config.baseUrl, config.headers, config.secrets])).digest('hex');
		this.watcher = new Watcher({
			poll: (ids, signal) => this.poll(ids, signal),
			...(this.session.watch ? { watch: this.session.watch.bind(this.session) } : {}),
			bulk: provider.capabilities.poll === 'bulk',
			floorMs: pollFloorMs(config.limits.requestsPerMinute),
			learnedFloorMs: pollFloorMs(config.limits.requestsPerMinute, schedule.learnedFastestMs),
			expected: (id) => this.expected(id),
			scarce: () => this.scarce(),
			clock,
			random,
			onEnd: (id, watched) => this.ended(id, watched),
		});
	}

	/** Work whose requests wait for those of the same group only. */
	forGroup<T>(group: string | undefined, work: () => Promise<T>): Promise<T> {
		return groups.run(group ?? '', work);
	}

	/** Requests a minute it keeps to: the credential's, else what was learned; null for none. */
	get requestsPerMinute(): number | null {
		return this.config.limits.requestsPerMinute ?? this.rate.perMinute(this.dependencies.clock.now());
	}

	/** Until when nothing is sent because the provider said so, ms since the epoch. */
	get pausedUntil(): number {
		return this.pacer.pausedUntil;
	}

	/** Whether a further job would have to wait for another's end. */
	get full(): boolean {
		return this.slots.full;
	}

	/** Jobs that run here as far as this process knows, and requests for jobs and turns that wait. */
	get load(): { jobsInFlight: number; waiting: number } {
		return { jobsInFlight: this.slots.inFlight, waiting: this.slots.waiting + this.pacer.waiting };
	}

	/** Waits for a job's end together with everyone else who waits at this endpoint. */
	async wait(id: string, options: WaitOptions): Promise<WaitResult> {
		const told = this.mailbox.read(id);
		if (told) return { ended: true, snapshot: advanceSnapshot(options.known, told) };
		return await this.watcher.wait(id, options);
	}

	/** Takes in what was learned of a job elsewhere, e.g. by a verified webhook: whoever waits for it, or will, is told. */
	observe(snapshot: JobSnapshot): void {
		const { id, status } = snapshot.job;
		if (id !== null && isTerminal(status)) this.mailbox.put(id, snapshot);
		// Of a job of another endpoint it says nothing about this one.
		this.watcher.observe(snapshot, { announced: id !== null && this.kinds.has(id) });
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

	/** Goes by what the provider accepts and refuses, where the credential names no limit. */
	private learnRate(refused: { sentAt: number; retryAfterMs: number } | null, now: number): void {
		if (refused) this.rate.refuse(refused.sentAt, now, refused.retryAfterMs);
		else this.rate.accept(now);
		const perMinute = this.rate.perMinute(now);
		if (perMinute !== null) this.pacer.limitTo(perMinute);
	}

	/** A job of this request runs here from now on. */
	began(id: string, request: ImageRequest): void {
		if (this.kinds.has(id)) return;
		this.kinds.set(id, { kind: kindOf(request), since: this.dependencies.clock.now() });
		// Jobs that nobody follows here are forgotten.
		const [oldest] = this.kinds.keys();
		if (this.kinds.size > mostFollowed && oldest !== undefined) this.kinds.delete(oldest);
	}

	private expected(id: string): (Expectation & { since: number }) | undefined {
		const began = this.kinds.get(id);
		const expectation = began && this.durations.expect(began.kind);
		return expectation && { ...expectation, since: began.since };
	}

	private scarce(): { requestsPerMinute: number; inFlight: number } | undefined {
		const { jobsInFlight } = this.config.limits;
		const { requestsPerMinute } = this;
		return this.slots.contended && requestsPerMinute !== null && jobsInFlight !== null ? { requestsPerMinute, inFlight: jobsInFlight } : undefined;
	}

	/** Whoever saw it: the slot is free. What was watched from its beginning also tells how long such jobs run. */
	private ended(id: string, watched?: { since: number; lastRunning: number | null }): void {
		this.slots.settle(id);
		const began = this.kinds.get(id);
		if (!began) return;
		this.kinds.delete(id);
		const took = this.dependencies.clock.now() - began.since;
		// Somebody who came back after a while saw the end long after it was.
		if (!watched || watched.since - began.since > Math.max(500, took / 10)) return;
		// It ended between two looks; found at the first one, a little sooner, so that jobs that have become quicker are noticed.
		this.durations.record(began.kind, watched.lastRunning === null ? took * 0.9 : took - (this.dependencies.clock.now() - watched.lastRunning) / 2);
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

	/** Every request of the endpoint is paced, and a "too fast" from the provider slows all of them. */
	private paced(transport: ApiTransport): ApiTransport {
		const { clock } = this.dependencies;
		const inTurn = async <A extends { status: number; headers: Record<string, string> }>(request: ApiRequest, call: (request: ApiRequest) => Promise<A>, asText: (answer: A) => string | null): Promise<A> => {
			const charge = request.method === 'GET' ? undefined : charges.getStore();
			await this.pacer.take(request.signal, groups.getStore());
			const sentAt = clock.now();
			// What changes something is not cut off half way: its answer names the job that was made, and who stopped waiting may still cancel it.
			const answer = await charged(charge, () => call(request.method === 'GET' ? request : { ...request, signal: undefined, ...(charge?.mayReuseConnection === false ? { freshConnection: true } : {}) }));
			if (charge) charge.fact = { kind: 'answered', answer: { status: answer.status, headers: answer.headers, text: asText(answer) } };
			const now = clock.now();
			const asked = parseRetryAfter(answer.headers['retry-after'], now);
			if (answer.status === 429) this.pacer.pauseUntil(now + Math.min(asked ?? retryDefaults.baseMs, retryDefaults.longestRetryAfterMs));
			if (this.config.limits.requestsPerMinute === null) this.learnRate(answer.status === 429 ? { sentAt, retryAfterMs: asked ?? 0 } : null, now);
			return answer;
		};
		return {
			send: (request) => inTurn(request, (own) => transport.send(own), ({ text }) => text),
			open: async (request) => {
				const charge = charges.getStore();
				const stream = await inTurn(request, (own) => transport.open(own), () => null);
				return charge ? readForCharge(stream, charge) : stream;
			},
			// A socket is opened at most once a job and asks for nothing more: it takes no turn.
			socket: (path, options) => transport.socket(path, options),
		};
	}
}

/** Sends a request that may cost money: recorded right before it leaves, and how far it got where no answer comes. */
async function charged<A>(charge: Charge | undefined, send: () => Promise<A>): Promise<A> {
	if (!charge) return await send();
	await charge.leaving();
	charge.fact = { kind: 'unanswered', timedOut: false };
	try {
		return await send();
	} catch (thrown) {
		const { delivery, code } = toImageError(thrown);
		charge.fact = delivery === 'notSent' ? { kind: 'notSent' } : { kind: 'unanswered', timedOut: code === 'timeout' };
		throw thrown;
	}
}

/** What a streamed answer says is known only to who reads it. */
function readForCharge(stream: ApiStream, charge: Charge): ApiStream {
	return {
		...stream,
		text: async () => {
			const text = await stream.text();
			charge.fact = { kind: 'answered', answer: { status: stream.status, headers: stream.headers, text } };
			return text;
		},
	};
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

/** What jobs that run about as long have in common. */
function kindOf({ model, resolution, aspectRatio, count, references }: ImageRequest): string {
	return JSON.stringify([model, resolution, aspectRatio, count, references?.length ?? 0]);
}
