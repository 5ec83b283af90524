import type { ApiTransport } from '../http/apiClient';
import type { ImageError } from '../model/errors';
import type { JobSnapshot, JobStatus } from '../model/job';
import type { ImageRequest } from '../model/request';

/** A field only one provider has; the nodes draw it and `submit` receives it under `extras[name]`. */
export interface ExtraField {
	name: string;
	displayName: string;
	description: string;
	/** Values allowed; the first is shown first. */
	options: ReadonlyArray<{ value: string; name: string; description?: string }>;
	/** Sent unless the user chooses another. */
	default: string;
}

export interface ReferenceLimits {
	max: number;
	/** `url`: the provider fetches it; `binary`: we stream it. */
	kinds: ReadonlyArray<'url' | 'binary'>;
	mimeTypes: readonly string[];
	maxBytes: number | null;
}

/**
 * What a provider can do, as data: the nodes show fields by it and requests are checked against it before
 * anything is sent. An empty list or false means "cannot".
 */
export interface Capabilities {
	/** `async`: submit gives a job to poll. `sync`: submit answers with the finished job, and there is nothing to poll. */
	answers: 'async' | 'sync';
	/** Most images one job makes. */
	maxCount: number;
	aspectRatios: readonly string[];
	resolutions: readonly string[];
	models: readonly string[];
	negativePrompt: boolean;
	seed: boolean;
	/** null: takes no references, so Image Compose does not offer it. */
	references: ReferenceLimits | null;
	strength: boolean;
	extras: readonly ExtraField[];
	/** How several jobs are asked after: `bulk` in few requests, `single` one each, `none` not at all. */
	poll: 'bulk' | 'single' | 'none';
	/** Whether progress can be watched over a socket or stream. */
	watch: boolean;
	/** Statuses in which a job can be canceled. */
	cancelable: readonly JobStatus[];
	webhook: boolean;
	/**
	 * What stops a repeated submit from paying twice: `native` an idempotency key of the provider's,
	 * `lookup` a search for the job before a new one is made, `none` nothing (an ambiguous submit is then an error).
	 */
	idempotency: 'native' | 'lookup' | 'none';
}

export interface EndpointLimits {
	/** null: unlimited. */
	requestsPerMinute: number | null;
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

/** A provider's calls over one endpoint. Every method throws ImageError and nothing else. */
export interface Session {
	/** Makes one job. `idempotencyKey` goes along where the provider has such a thing. */
	submit(request: ImageRequest, options: CallOptions & { idempotencyKey: string }): Promise<JobSnapshot>;
	/**
	 * Asks after jobs, in as few requests as the provider allows. The answer has an entry for every id asked.
	 * Throws only where nothing could be learned of any of them (no connection, wrong key).
	 */
	poll?(ids: readonly string[], options: CallOptions): Promise<Map<string, Observation>>;
	/** Pushes snapshots as they come, over a socket or stream; ends with the job, throws when the channel breaks. */
	watch?(id: string, options: CallOptions): AsyncIterable<JobSnapshot>;
	/** Throws `conflict` when the job can no longer be canceled. */
	cancel?(id: string, options: CallOptions): Promise<JobSnapshot>;
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
export interface ProviderAdapter<S extends Session = Session> {
	/** Reads a credential; throws `invalidRequest` naming the field that is wrong. */
	endpoint(credential: unknown): EndpointConfig;
	connect(config: EndpointConfig, transport: ApiTransport): S;
	webhook?: WebhookReader;
}

/** The light half: what the editor needs to draw the nodes. One line in the registry. */
export interface ProviderDefinition<S extends Session = Session> {
	id: string;
	displayName: string;
	/** Name of its credential type. */
	credential: string;
	capabilities: Capabilities;
	load(): Promise<ProviderAdapter<S>>;
}
