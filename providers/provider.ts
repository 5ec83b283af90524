import type { ApiTransport } from '../http/apiClient';
import type { JobSnapshot } from '../model/job';
import type { ImageRequest, SizeRequest } from '../model/request';
import type { Capabilities } from './capabilities';
import type { Session } from './session';

export type { Capabilities, ExtraField, ReferenceLimits } from './capabilities';
export type {
	Answered,
	CallOptions,
	ListedSnapshot,
	LookedUp,
	LookUpCall,
	Observation,
	Session,
	SubmitCall,
} from './session';

export interface EndpointLimits {
	/** null: unlimited. */
	requestsPerMinute: number | null;
	/** Requests that may be sent at once, if the server has a token bucket instead of a count per minute. */
	burst?: number;
	/**
	 * Whether the server counts every request of a client, even without a key. Downloads from its origin then count
	 * too.
	 */
	perClient?: boolean;
	/** Jobs queued or running at once; null: unlimited. */
	jobsInFlight: number | null;
}

/** One base URL plus credential of a provider. The provider's adapter reads it from the credential's fields. */
export interface EndpointConfig {
	/** Absolute, without a trailing slash. */
	baseUrl: string;
	/** Sent with every request. */
	headers: Record<string, string>;
	/** Texts that must never be shown. They are removed from every error and answer. */
	secrets: readonly string[];
	limits: EndpointLimits;
	/** Hosts on a private network from which results may be downloaded, besides the origin of the base URL. */
	allowedHosts: readonly string[];
}

/** A verified delivery. `status` is the provider's own word, also if it is unknown to us. */
export interface WebhookDelivery {
	eventId: string;
	/** When the provider sent it, ms since the epoch; null if it does not say. */
	timestamp: number | null;
	status: string;
	snapshot: JobSnapshot;
	/** The whole payload, unchanged. */
	payload: unknown;
}

export interface WebhookReader {
	/** Whether the signature proves that the owner of `secret` sent exactly these bytes. Runs in constant time. */
	verify(rawBody: Buffer, headers: Record<string, string | string[] | undefined>, secret: string): boolean;
	/** Reads a verified body; throws `malformedResponse` if it is not a payload of this provider. */
	read(rawBody: Buffer): WebhookDelivery;
}

/** The large part of a provider, loaded on first use so that n8n starts fast. */
export interface ProviderAdapter<S extends Session = Session, Config extends EndpointConfig = EndpointConfig> {
	/** Reads a credential; throws `invalidRequest` that names the invalid field. */
	endpoint(credential: unknown): Config;
	connect(config: Config, transport: ApiTransport): S;
	webhook?: WebhookReader;
}

/** What a user needs to know to choose a provider. The nodes add what the capabilities say. */
export interface ProviderAbout {
	/** What it is, in a few words: the editor shows about 115 characters of a line. */
	summary: string;
	/** What a user must have: only a key of a public service, or the address of a server. */
	needs: 'apiKey' | 'server';
	/** Whether a request answers with the images, or makes a job in a queue. */
	answers: 'whenDone' | 'asJob';
}

/** The small part of a provider: what the editor needs to show the nodes. One line in the registry. */
export interface ProviderDefinition<S extends Session = Session> {
	id: string;
	displayName: string;
	/** Name of its credential type. */
	credential: string;
	/** The credential's field with the key. Further endpoints of a pool may have another key. */
	keyField: string;
	capabilities: Capabilities;
	about: ProviderAbout;
	/**
	 * Rules that `capabilities` cannot express: a model that takes no resolution, a ratio only at 2K. Returns what is
	 * wrong with the request, if anything.
	 */
	check?(request: ImageRequest): { field: string; problem: string } | undefined;
	/** The size in pixels that the provider's document promises for the request; null if it promises none. */
	expectedSize?(request: SizeRequest): { width: number; height: number } | null;
	/** What a request will cost by published prices, in US dollars; null if no price is published. */
	estimateUsd?(request: ImageRequest): number | null;
	load(): Promise<ProviderAdapter<S>>;
}
