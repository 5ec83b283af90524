import type { JobStatus } from '../model/job';

/**
 * A field that only one provider has. The nodes show it among the options, and `submit` receives it as `extras[name]`.
 * It is sent only if the user has added it. The same name at two providers must mean the same thing.
 */
export type ExtraField = {
	name: string;
	displayName: string;
	description: string;
} & (
	| {
			type: 'options';
			/** The allowed values, in the order in which they are shown. */
			options: ReadonlyArray<{ value: string; name: string; description?: string }>;
			default: string;
	  }
	| { type: 'text'; default: string; placeholder?: string }
	| { type: 'number'; default: number; min?: number; max?: number; integer?: boolean }
	| { type: 'boolean'; default: boolean }
	/** A JSON object that the user types in; checked before anything is sent. */
	| { type: 'json'; default: string }
);

export interface ReferenceLimits {
	max: number;
	/**
	 * `url`: the provider fetches the reference. `binary`: we send the file. Without `url`, the nodes download the URLs
	 * and send files.
	 */
	kinds: ReadonlyArray<'url' | 'binary'>;
	/** The types of files that it takes. */
	mimeTypes: readonly string[];
	/** Of one file; null if the provider states no limit. */
	maxBytes: number | null;
	/** Longest side of a file in pixels; null if there is no limit. Larger files are scaled down if the user allows. */
	maxSide: number | null;
}

/**
 * What a provider can do, as data. It decides which fields the nodes show, and requests are checked against it before
 * anything is sent. An empty list or false means that the provider cannot do it.
 */
export interface Capabilities {
	/** The largest number of images of one job. */
	maxCount: number;
	aspectRatios: readonly string[];
	/** `512`, `1K`, `2K`, `4K`. */
	resolutions: readonly string[];
	/** The models that the document names; others are sent unchanged. Empty: a model cannot be chosen. */
	models: readonly string[];
	/** What an empty field means, as text for the editor. A field that is missing here is the server's choice. */
	defaults?: { model?: string; modelNote?: string; aspectRatio?: string; resolution?: string };
	negativePrompt: boolean;
	seed: boolean;
	/** null: it takes no references, so Image Compose does not offer it. */
	references: ReferenceLimits | null;
	strength: boolean;
	extras: readonly ExtraField[];
	/**
	 * How several jobs are polled. `bulk`: in few requests. `single`: one request for each job. `none`: not at all,
	 * because submit answers with the finished job.
	 */
	poll: 'bulk' | 'single' | 'none';
	/** Whether progress can be watched over a socket or stream. */
	watch: boolean;
	/** Statuses in which a job can be canceled. */
	cancelable: readonly JobStatus[];
	/** Whether its jobs can be listed, newest first. Image Jobs Trigger needs this. */
	list: boolean;
	webhook: boolean;
	/**
	 * What keeps a repeated submit from paying twice. `native`: an idempotency key of the provider. `lookup`: we look
	 * the job up before we make a new one. `none`: nothing, so an unknown outcome stays unknown.
	 */
	idempotency: 'native' | 'lookup' | 'none';
	/** Whether an image of one colour means that the provider, or the model behind it, rejected the content. */
	blankMeansRejected: boolean;
}
