import type { ApiTransport } from '../http/apiClient';
import type { ImageError } from '../model/errors';
import type { JobSnapshot, JobStatus } from '../model/job';
import type { ImageRequest, SizeRequest } from '../model/request';

/**
 * A field only one provider has; the nodes draw it among the options and `submit` receives it under `extras[name]`.
 * It is sent only where the user has added it. The same name at two providers must mean the same thing.
 */
export type ExtraField = {
	name: string;
	displayName: string;
	description: string;
} & (
	| {
			type: 'options';
			/** Values allowed; the first is shown first. */
			options: ReadonlyArray<{ value: string; name: string; description?: string }>;
			default: string;
	  }
	| { type: 'text'; default: string; placeholder?: string }
	| { type: 'number'; default: number; min?: number; max?: number; integer?: boolean }
	| { type: 'boolean'; default: boolean }
	/** A JSON object, typed in by the user; checked before anything is sent. */
	| { type: 'json'; default: string }
);

export interface ReferenceLimits {
	max: number;
	/**
	 * `url`: the provider fetches it; `binary`: we stream it. Where `url` is missing, the nodes fetch URLs and hand
	 * over files.
	 */
	kinds: ReadonlyArray<'url' | 'binary'>;
	/** Of files. */
	mimeTypes: readonly string[];
	/** Of one file; null where the provider states none. */
	maxBytes: number | null;
	/**
	 * Longest side of a file in pixels that makes sense; oversized ones are scaled down to it where the user allows.
	 */
	maxSide: number | null;
}

/**
 * What a provider can do, as data: the nodes show fields by it and requests are checked against it before
 * anything is sent. An empty list or false means "cannot".
 */
export interface Capabilities {
	/** Most images one job makes. */
	maxCount: number;
	aspectRatios: readonly string[];
	/** `512`, `1K`, `2K`, `4K`. */
	resolutions: readonly string[];
	/** Those the document names; others are sent as they are. Empty: a model cannot be chosen. */
	models: readonly string[];
	negativePrompt: boolean;
	seed: boolean;
	/** null: takes no references, so Image Compose does not offer it. */
	references: ReferenceLimits | null;
	strength: boolean;
	extras: readonly ExtraField[];
	/**
	 * How several jobs are polled: `bulk` in few requests, `single` one each, `none`: submit answers with the finished
	 * job.
	 */
	poll: 'bulk' | 'single' | 'none';
	/** Whether progress can be watched over a socket or stream. */
	watch: boolean;
	/** Statuses in which a job can be canceled. */
	cancelable: readonly JobStatus[];
	/** Whether its jobs can be listed, newest first: what Image Jobs Trigger needs. */
	list: boolean;
	webhook: boolean;
	/**
	 * What stops a repeated submit from paying twice: `native` an idempotency key of the provider's,
	 * `lookup` a search for the job before a new one is made, `none` nothing (an unknown outcome is then final).
	 */
	idempotency: 'native' | 'lookup' | 'none';
	/** Whether a picture of one colour is how it (or the model behind it) refuses. */
	blankMeansRejected: boolean;
}

export interface EndpointLimits {
	/** null: unlimited. */
	requestsPerMinute: number | null;
	/** Where the server keeps a token bucket rather than a count a minute: requests that may go at once. */
	burst?: number;
	/**
	 * Whether the server counts every request of a client, with or without a key: also downloads from its own origin.
	 */
	perClient?: boolean;
	/** Jobs queued or running at once; null: unlimited. */
	jobsInFlight: number | null;
}

/** One base URL plus credential of a provider, as its adapter reads it from the credential's fields. */
export interface EndpointConfig {
	/** Absolute, without a trailing slash. */
	baseUrl: string;
	/** Sent with every request. */
	headers: Record<string, string>;
	/** Strings that must never be shown: struck from every error and answer. */
	secrets: readonly string[];
	limits: EndpointLimits;
	/** Hosts on a private network that results may be downloaded from, besides the base URL's own. */
	allowedHosts: readonly string[];
}

export interface CallOptions {
	signal?: AbortSignal | undefined;
}

/** What a poll learned of one job. */
export type Observation = { ok: true; snapshot: JobSnapshot } | { ok: false; error: ImageError };

/** An answer, as far as it tells whether anything was made. */
export interface Answered {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string>;
	/** The whole body, secrets struck out; null where it was not read to its end. */
	text: string | null;
}

export interface SubmitCall extends CallOptions {
	/** Goes along where the provider has such a thing; else a key of the provider's own may be made from it. */
	idempotencyKey: string;
	/** How long the user waits for the job, in ms: the time-out of a provider that answers only when it is done. */
	maxWaitMs: number;
	/**
	 * What earlier requests of this job made, by part: these parts are not sent again. Where every part is there,
	 * nothing is sent.
	 */
	made: ReadonlyMap<number, string>;
	/**
	 * Nothing more is sent: parts that are not in `made` stay missing, for this reason, and the job is what was made.
	 */
	givenUp?: ImageError | undefined;
	/**
	 * Carries out one request that can cost money: it is recorded before it leaves, and again with its outcome. Every
	 * such request of a submit goes through this, and no other request does.
	 * @param part which part of the job, from 0
	 * @param call sends the request, and no other; fails with ImageError
	 * @param idOf the provider's id of what was made, null where the answer names none
	 */
	paid: <T>(part: number, call: () => Promise<T>, idOf: (answer: T) => string | null) => Promise<T>;
}

export interface LookUpCall extends CallOptions {
	idempotencyKey: string;
	/** The parts whose request was sent and whose outcome is unknown. */
	parts: readonly number[];
	/** When the first of these requests was sent, ms since the epoch. */
	since: number;
	/** How long ago the last of these requests ended for us, in ms. */
	quietMs: number;
	/** Whether one of them timed out: the server may still come to it. */
	timedOut: boolean;
	/** Which of these ids belong to another job that we know of. */
	takenIds(ids: readonly string[]): Promise<Set<string>>;
	/**
	 * Ids of what the provider has accepted from us at this endpoint since `since`, newest first, some dozens at most.
	 */
	laterIds(): Promise<readonly string[]>;
}

/**
 * What a look-up learned. `found`: what the requests made, by part. `conclusive`: of the parts that were not found it
 * is certain that nothing was made and nothing will be; without it they may still show up, and `reason` says why.
 */
export type LookedUp = { found: ReadonlyMap<number, string> } & (
	| { conclusive: true }
	| { conclusive: false; reason: string }
);

/** A job of the provider's list, and what it tells of its request. */
export interface ListedSnapshot {
	snapshot: JobSnapshot;
	request: Record<string, unknown>;
}

/** A provider's calls over one endpoint. Every method throws ImageError and nothing else. */
export interface Session {
	/**
	 * Makes one job: a running one, or from a provider that answers when it is done the finished one. Throws what a
	 * request failed with. A job of several requests may then be continued by a further call, with what they made in
	 * `made`; where results came inside answers, they are kept, and what failed is counted as missing.
	 */
	submit(request: ImageRequest, options: SubmitCall): Promise<JobSnapshot>;
	/**
	 * Whether an answer to a request that can cost money plainly says that nothing was made and nothing is charged: the
	 * provider's own status *and* body. A gateway's page says no such thing, nor do words inside a 500.
	 */
	isNotAccepted(answer: Answered, request?: ImageRequest): boolean;
	/** Looks for what requests of unknown outcome have made; changes nothing. Asked only with idempotency `lookup`. */
	lookUp?(request: ImageRequest, options: LookUpCall): Promise<LookedUp>;
	/** Whether `lookUp` can find a job of this request; where it is missing, of every request. */
	canLookUp?(request: ImageRequest): boolean;
	/**
	 * `lookUp` goes by the key alone, so that it can never give another's job: worth asking wherever a key may have
	 * been used before.
	 */
	looksUpByKey?: true;
	/**
	 * Polls jobs, in as few requests as the provider allows. The answer has an entry for every id asked.
	 * Throws only where nothing could be learned of any of them (no connection, wrong key).
	 */
	poll?(ids: readonly string[], options: CallOptions): Promise<Map<string, Observation>>;
	/**
	 * Pushes snapshots as they come, over a socket or stream, each with all images known so far; ends when the job has
	 * ended or the server closes, throws when the channel breaks. What it ends with need not be told: a poll follows.
	 */
	watch?(id: string, options: CallOptions): AsyncIterable<JobSnapshot>;
	/** Throws `conflict` when the job can no longer be canceled. */
	cancel?(id: string, options: CallOptions): Promise<JobSnapshot>;
	/** Jobs of the endpoint, newest first, page after page while they are asked for; a row never comes twice. */
	list?(options: CallOptions): AsyncIterable<ListedSnapshot>;
	/** Models the server offers now, for the editor's list; the documented ones stand in where it cannot be asked. */
	models?(options: CallOptions): Promise<ReadonlyArray<{ value: string; name: string }>>;
}

/** A verified delivery. `status` is the provider's own word, kept although we may not know it. */
export interface WebhookDelivery {
	eventId: string;
	/** When the provider sent it, ms since the epoch; null when it does not say. */
	timestamp: number | null;
	status: string;
	snapshot: JobSnapshot;
	/** The whole payload as it came. */
	payload: unknown;
}

export interface WebhookReader {
	/** Whether `signature` proves that the owner of `secret` sent exactly these bytes. Constant time. */
	verify(rawBody: Buffer, headers: Record<string, string | string[] | undefined>, secret: string): boolean;
	/** Reads a verified body; throws `malformedResponse` when it is not one of ours. */
	read(rawBody: Buffer): WebhookDelivery;
}

/** The heavy half of a provider, loaded on first use so that n8n's start pays nothing for it. */
export interface ProviderAdapter<S extends Session = Session, Config extends EndpointConfig = EndpointConfig> {
	/** Reads a credential; throws `invalidRequest` naming the field that is wrong. */
	endpoint(credential: unknown): Config;
	connect(config: Config, transport: ApiTransport): S;
	webhook?: WebhookReader;
}

/** The light half: what the editor needs to draw the nodes. One line in the registry. */
export interface ProviderDefinition<S extends Session = Session> {
	id: string;
	displayName: string;
	/** Name of its credential type. */
	credential: string;
	/** The credential's field that holds the key, which further endpoints may have another of. */
	keyField: string;
	capabilities: Capabilities;
	/**
	 * Rules that `capabilities` cannot say (a model that takes no resolution, a ratio only at 2K): what is wrong with
	 * the request, if anything.
	 */
	check?(request: ImageRequest): { field: string; problem: string } | undefined;
	/** Pixels the request should come in, where the provider's document tells; null where it does not. */
	expectedSize?(request: SizeRequest): { width: number; height: number } | null;
	/** What a request will cost by published prices, in US dollars; null where none is published. */
	estimateUsd?(request: ImageRequest): number | null;
	load(): Promise<ProviderAdapter<S>>;
}
