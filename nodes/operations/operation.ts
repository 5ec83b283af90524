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
 * One item's call of an operation, with the helpers that operations share. It may be passed to every client call that
 * takes `{ signal }`.
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
	/** The result of a paid request that made no job at the provider. */
	result(output: Record<string, unknown>, images?: JobSnapshot['images']): JobSnapshot;
	/** An answer as an item: an object unchanged, any other value under `data`. */
	item(answer: unknown): INodeExecutionData;
	/** Jobs as items of the shape of all verb nodes, with the `job.ref` from Image Generate. */
	jobItems(jobs: readonly ListedJob[], options: { includeRaw?: boolean }): Promise<INodeExecutionData[]>;
	/** An item whose binary field `data` is the file from the API's answer. */
	fileItem(answer: ApiStream, file: AnsweredFile): Promise<INodeExecutionData>;
	/** Downloads an image into n8n's binary store, with the checks of every download. */
	downloadImage(url: string): ReturnType<typeof downloadPicture>;
	/** Like `downloadImage`, for a video. */
	downloadVideo(url: string): ReturnType<typeof downloadVideo>;
}

export interface AnsweredFile {
	fileName: string;
	mimeType: string;
	/** Further fields of the item. */
	json?: Record<string, unknown>;
}

/** An image whose only known data are its bytes, in `inline`. */
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
	/** The name in the drop-down, e.g. `Get Many`. */
	name: string;
	description: string;
	/** The text in the node panel and in the node's subtitle, e.g. `Get many jobs`. */
	action: string;
	/**
	 * The endpoints of the provider's document that the operation calls, as `METHOD /path/{param}`. docs/coverage.md is
	 * checked against them.
	 */
	endpoints: readonly string[];
	/** Whether the document only guesses that this operation exists. */
	experimental?: boolean;
}

/** An operation of a provider node: its description for the editor, and its function. */
export interface Operation<S extends Session = Session> extends OperationDescription {
	/** Shown only with this operation. */
	fields: readonly Field[];
	/** Reads the fields and calls the provider for one item. Throws ImageError. */
	run(call: OperationCall<S>): Promise<INodeExecutionData[]>;
}

/**
 * Joins the fields of an operation with the function that receives their values.
 *
 * n8n loads these files when it starts. To keep the start fast, `run` imports what only a run needs (the provider's
 * mapping, its schemas).
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

/** The things that operations work on. The first operation is the resource's default. */
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
				(await call.pool()).members.map((member) => call.item({ ...member.health() })),
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
