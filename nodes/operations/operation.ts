import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { ApiStream } from '../../http/apiClient';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import type { Pool } from '../../jobs/submission/pool';
import type { DeliveredImage, JobSnapshot } from '../../model/job';
import type { Session } from '../../providers/provider';
import type { downloadPicture, downloadVideo } from '../pictures/downloadFile';
import { type Field, type Values, valuesOf } from './field';
import type { PaidRequest } from './paidRequest';

/** A job from a provider's list, with the parts of its request that the provider reports. */
export interface ListedJob {
	snapshot: JobSnapshot;
	request: Record<string, unknown>;
}

/**
 * One item's call of an operation, and what operations have in common. It may be passed wherever a client takes
 * `{ signal }`.
 */
export interface OperationCall<S extends Session> {
	context: IExecuteFunctions;
	/** The main endpoint of the node's credential. */
	endpoint: Endpoint<S>;
	itemIndex: number;
	signal: AbortSignal | undefined;
	/** All endpoints of the node's credential. */
	pool(): Promise<Pool>;
	/** Sends a request that changes nothing; it is repeated after retryable errors. */
	read<T>(ask: (session: S) => Promise<T>): Promise<T>;
	/** Sends a request that can cost money, under the rules of Image Generate. */
	pay(request: PaidRequest): Promise<JobSnapshot>;
	/** The result of a paid request that is not a job of the provider's. */
	result(output: Record<string, unknown>, images?: JobSnapshot['images']): JobSnapshot;
	/** An answer as an item: an object unchanged, any other value under `data`. */
	item(answer: unknown): INodeExecutionData;
	/** Jobs as items of the shape that all verb nodes give, with the `job.ref` that Image Generate gave. */
	jobItems(jobs: readonly ListedJob[], options: { includeRaw?: boolean }): Promise<INodeExecutionData[]>;
	/** An item whose binary field `data` is the file from the API's answer. */
	fileItem(answer: ApiStream, file: AnsweredFile): Promise<INodeExecutionData>;
	/** Downloads an image into n8n's binary store, with the checks of every download. */
	downloadImage(url: string): ReturnType<typeof downloadPicture>;
	/** As `downloadImage`, for a video. */
	downloadVideo(url: string): ReturnType<typeof downloadVideo>;
}

export interface AnsweredFile {
	fileName: string;
	mimeType: string;
	/** Further fields of the item. */
	json?: Record<string, unknown>;
}

/** An image of which only the bytes are known, in `inline`. */
export const unknownImage: Omit<DeliveredImage, 'fileName'> = {
	index: 0,
	url: null,
	mimeType: null,
	width: null,
	height: null,
	bytes: null,
	seed: null,
};

/** The description of an operation of a provider node for the editor. */
export interface OperationDescription {
	/** Value of the `operation` parameter; saved workflows depend on it. */
	operation: string;
	/** As the drop-down shows it, e.g. `Get Many`. */
	name: string;
	description: string;
	/** As the node panel and the node's subtitle show it, e.g. `Get many jobs`. */
	action: string;
	/**
	 * The endpoints of the provider's document that it calls, as `METHOD /path/{param}`. docs/coverage.md is checked
	 * against them.
	 */
	endpoints: readonly string[];
	/** The document only guesses that this exists. */
	experimental?: boolean;
}

/** An operation of a provider node: what the editor shows, and what runs. */
export interface Operation<S extends Session = Session> extends OperationDescription {
	/** Shown with this operation only. */
	fields: readonly Field[];
	/** Reads the fields and calls the provider for one item. Throws ImageError. */
	run(call: OperationCall<S>): Promise<INodeExecutionData[]>;
}

/**
 * Joins the fields of an operation with the function that runs with their values.
 *
 * n8n loads these files when it starts. What only a run needs (the provider's mapping, its schemas) is imported within
 * `run`, so that the start stays fast.
 */
export function defineOperation<S extends Session, F extends Field = never>(
	given: OperationDescription & {
		fields?: readonly F[];
		run: (values: Values<F>, call: OperationCall<S>) => Promise<INodeExecutionData[]>;
	},
): Operation<S> {
	const { fields = [], run, ...description } = given;
	return { ...description, fields, run: async (call) => await run(valuesOf(fields, call), call) };
}

/** What operations work on. The first operation is the resource's default. */
export interface Resource<S extends Session = Session> {
	/** Value of the `resource` parameter; saved workflows depend on it. */
	value: string;
	name: string;
	operations: readonly Operation<S>[];
}

/** Every provider node shows the state of its credential's endpoints. */
export const endpointResource: Resource = {
	value: 'endpoint',
	name: 'Endpoint',
	operations: [
		defineOperation({
			operation: 'getHealth',
			name: 'Get Health',
			description:
				"Show the state of the credential's endpoints: whether they are in use or paused after failures, " +
				'jobs in flight and waiting requests. No request is sent.',
			action: 'Get the health of the endpoints',
			endpoints: [],
			run: async (_values, call: OperationCall<Session>) =>
				(await call.pool()).members.map((member) => call.item({ ...member.health(Date.now()) })),
		}),
	],
};

/** The `job` of an item of a paid request. Its `ref` in n8n's saved data shows that the job was delivered. */
export function jobOf({ job: { provider, ref, status } }: JobSnapshot): {
	provider: string;
	ref: string | null;
	status: string;
} {
	return { provider, ref: ref ?? null, status };
}
