import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { ApiStream } from '../../http/apiClient';
import { excerpt, parseJson } from '../../http/json';
import { ImageError, type JobError, toImageError } from '../../model/errors';
import type { ProviderDefinition, Session } from '../../providers/provider';
import { nodeEndpoint, poolsOf } from '../endpoints/nodeEndpoint';
import { hintAt, toNodeError } from '../execution/errors';
import { textParameter } from '../parameters/parameters';
import { endpointHealth, type OperationCall, type OperationRun, PartialAnswer } from './operation';
import { paidOperations, type PaidOperations } from './paid';

/**
 * Executes a provider node: every item by its own operation, one after the other, in order. A failed item leaves as
 * `{ error, details }` and takes nobody along; the node as a whole fails only where no item succeeded, so that nothing
 * that was paid is thrown away.
 * @param runs what each operation does, by `resource:operation`
 */
export async function runOperations<S extends Session>(
	context: IExecuteFunctions,
	provider: ProviderDefinition<S>,
	runs: Readonly<Record<string, OperationRun<S>>>,
): Promise<INodeExecutionData[][]> {
	const paid = paidOperations(context);
	try {
		const items = await runItems(context, provider, runs, paid);
		paid.returned();
		return [items];
	} finally {
		paid.end();
	}
}

async function runItems<S extends Session>(
	context: IExecuteFunctions,
	provider: ProviderDefinition<S>,
	runs: Readonly<Record<string, OperationRun<S>>>,
	paid: PaidOperations,
): Promise<INodeExecutionData[]> {
	const signal = context.getExecutionCancelSignal();
	const poolFor = poolsOf(context);
	const results: INodeExecutionData[] = [];
	const failures: Array<{ itemIndex: number; thrown: unknown; error: ImageError }> = [];
	const items = context.getInputData();
	for (const itemIndex of items.keys()) {
		try {
			const name = `${textParameter(context, 'resource', itemIndex)}:${textParameter(context, 'operation', itemIndex)}`;
			if (name === `${endpointHealth.resource}:${endpointHealth.operation}`) {
				const { members } = await poolFor(provider, itemIndex);
				results.push(
					...members.map((member) => ({
						json: { ...member.health(Date.now()) },
						pairedItem: { item: itemIndex },
					})),
				);
				continue;
			}
			const endpoint = await nodeEndpoint(context, provider, itemIndex);
			const run = Object.hasOwn(runs, name) ? runs[name] : undefined;
			if (!run)
				throw new ImageError('invalidRequest', {
					message: `There is no operation ${name}`,
					delivery: 'notSent',
				});
			results.push(...(await run({ context, endpoint, itemIndex, signal, paid })));
		} catch (thrown) {
			const error = toImageError(thrown);
			if (error.code === 'canceled') throw error;
			failures.push({ itemIndex, thrown, error });
			results.push({
				json: {
					error: error.message,
					details: { ...error.toJobError(), ...(error instanceof PartialAnswer ? { came: error.came } : {}) },
				},
				pairedItem: { item: itemIndex },
			});
		}
	}
	const [first] = failures;
	if (first && !context.continueOnFail()) {
		if (failures.length === items.length)
			throw first.thrown instanceof ImageError
				? toNodeError(context.getNode(), withPartialAnswer(first.error), {
						itemIndex: first.itemIndex,
						provider,
					})
				: first.thrown;
		hintAt(
			context,
			`${failures.length} of ${items.length} items failed; the first: ${first.error.message}. Their items say so in error and details.`,
		);
	}
	return results;
}

/** What came before a failure must not be lost with the node's items: an address in it may be all that was paid for. */
function withPartialAnswer(error: ImageError): JobError {
	const jobError = error.toJobError();
	return error instanceof PartialAnswer
		? {
				...jobError,
				hint: [jobError.hint, `What had come: ${excerpt(JSON.stringify(error.came), 1_000)}`]
					.filter(Boolean)
					.join('. '),
			}
		: jobError;
}

/** A required text parameter. Throws `invalidRequest` that names the field where it is empty. */
export function requiredText<S extends Session>(
	{ context, itemIndex }: OperationCall<S>,
	name: string,
	displayName: string,
): string {
	const text = textParameter(context, name, itemIndex);
	if (text === '')
		throw new ImageError('invalidRequest', { message: `${displayName} is empty`, delivery: 'notSent' });
	return text;
}

/**
 * A JSON parameter as an object; an empty one is `{}`. Throws `invalidRequest` that names the field where it is none.
 */
export function jsonParameter<S extends Session>(
	{ context, itemIndex }: OperationCall<S>,
	name: string,
	displayName: string,
): Record<string, unknown> {
	const value: unknown = context.getNodeParameter(name, itemIndex, {});
	if (value === '' || value === null || value === undefined) return {};
	const object = typeof value === 'string' ? parseJson(value) : value;
	if (typeof object === 'object' && object !== null && !Array.isArray(object))
		return object as Record<string, unknown>;
	throw new ImageError('invalidRequest', {
		message: `${displayName} is not a JSON object`,
		hint: 'Write it as {"name": value}',
		delivery: 'notSent',
	});
}

/** How many rows `Return All` / `Limit` ask for: Infinity for all. Throws `invalidRequest` for a limit below 1. */
export function wantedRows<S extends Session>({ context, itemIndex }: OperationCall<S>, preset = 50): number {
	if (context.getNodeParameter('returnAll', itemIndex, false)) return Number.POSITIVE_INFINITY;
	const limit = context.getNodeParameter('limit', itemIndex, preset);
	if (limit >= 1) return limit;
	throw new ImageError('invalidRequest', {
		message: `Limit is ${limit}; a number from 1 is allowed`,
		delivery: 'notSent',
	});
}

/** An answer as an item: an object as it is, anything else under `data`. */
export function answerItem<S extends Session>({ itemIndex }: OperationCall<S>, answer: unknown): INodeExecutionData {
	const json = typeof answer === 'object' && answer !== null && !Array.isArray(answer) ? answer : { data: answer };
	return { json: json as IDataObject, pairedItem: { item: itemIndex } };
}

/** Streams a file that the API answered with into n8n's binary store, as the binary field `data`. */
export async function fileItem<S extends Session>(
	{ context, itemIndex }: OperationCall<S>,
	answer: ApiStream,
	file: { fileName: string; mimeType: string },
	json: IDataObject = {},
): Promise<INodeExecutionData> {
	const data = await context.helpers.prepareBinaryData(answer.body, file.fileName, file.mimeType);
	return {
		json: { ...json, fileName: file.fileName, mimeType: file.mimeType },
		binary: { data },
		pairedItem: { item: itemIndex },
	};
}
