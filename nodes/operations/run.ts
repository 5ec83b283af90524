import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { excerpt } from '../../http/json';
import { abortable } from '../../jobs/runtime/clock';
import { ImageError, type JobError, toImageError } from '../../model/errors';
import type { ProviderDefinition, Session } from '../../providers/provider';
import { nodeEndpoint, poolsOf } from '../endpoints/nodeEndpoint';
import { hintAt, toNodeError } from '../execution/errors';
import { textParameter } from '../parameters/parameters';
import { withEndpoint } from './description';
import { invalid } from './field';
import { itemCall } from './itemCall';
import type { Operation, Resource } from './operation';
import { type PaidRequests, paidRequests } from './paid';
import { PartialAnswer } from './partialAnswer';

/**
 * Executes a provider node: each item runs its own operation, one item after the other, in order. A failed item becomes
 * `{ error, details }`, and the other items continue. The node as a whole fails only if no item succeeded, because
 * otherwise paid results would be lost.
 */
export async function runOperations<S extends Session>(
	context: IExecuteFunctions,
	provider: ProviderDefinition<S>,
	resources: readonly Resource<S>[],
): Promise<INodeExecutionData[][]> {
	const paid = paidRequests(context);
	try {
		const runItem = itemRunner(context, provider, operationsByName(resources), paid);
		const results: INodeExecutionData[] = [];
		const failures: Failure[] = [];
		const items = context.getInputData();
		for (const itemIndex of items.keys()) {
			try {
				results.push(...(await runItem(itemIndex)));
			} catch (thrown) {
				const failure = { itemIndex, thrown, error: toImageError(thrown) };
				if (failure.error.code === 'canceled') throw failure.error;
				failures.push(failure);
				results.push(failedItem(failure));
			}
		}
		if (!context.continueOnFail()) reportFailures(context, provider, failures, items.length);
		paid.returned();
		return [results];
	} finally {
		paid.end();
	}
}

function operationsByName<S extends Session>(resources: readonly Resource<S>[]): Map<string, Operation<S>> {
	return new Map(
		withEndpoint(resources).flatMap(({ value, operations }) =>
			operations.map((operation): [string, Operation<S>] => [`${value}:${operation.operation}`, operation]),
		),
	);
}

/** Returns the function that runs one item. */
function itemRunner<S extends Session>(
	context: IExecuteFunctions,
	provider: ProviderDefinition<S>,
	operations: ReadonlyMap<string, Operation<S>>,
	paid: PaidRequests,
): (itemIndex: number) => Promise<INodeExecutionData[]> {
	const signal = context.getExecutionCancelSignal();
	const poolFor = poolsOf(context);
	return async (itemIndex) => {
		const [resource, chosen] = ['resource', 'operation'].map((name) => textParameter(context, name, itemIndex));
		const name = `${resource}:${chosen}`;
		const operation = operations.get(name);
		const endpoint = await nodeEndpoint(context, provider, itemIndex);
		if (!operation) throw invalid(`There is no operation ${name}`);
		const pool = () => poolFor(provider, itemIndex);
		const call = itemCall({ context, endpoint, itemIndex, signal, name, paid, pool });
		// A request that changes something goes on after a stop, but the node does not wait for it.
		return await abortable(operation.run(call), signal);
	};
}

interface Failure {
	itemIndex: number;
	/** The error as it was thrown, because n8n's own errors must not change. */
	thrown: unknown;
	error: ImageError;
}

function failedItem({ itemIndex, error }: Failure): INodeExecutionData {
	const came = error instanceof PartialAnswer ? { came: error.came } : {};
	return {
		json: { error: error.message, details: { ...error.toJobError(), ...came } },
		pairedItem: { item: itemIndex },
	};
}

/** Throws if every item failed; adds a hint if some items failed. */
function reportFailures(
	context: IExecuteFunctions,
	provider: ProviderDefinition,
	failures: readonly Failure[],
	itemCount: number,
): void {
	const [first] = failures;
	if (!first) return;
	const { itemIndex, thrown, error } = first;
	if (failures.length < itemCount) {
		const message = `${failures.length} of ${itemCount} items failed. The first error: ${error.message}. `;
		hintAt(context, `${message}The failed items have the fields error and details.`);
		return;
	}
	throw thrown instanceof ImageError
		? toNodeError(context.getNode(), withPartialAnswer(error), { itemIndex, provider })
		: thrown;
}

/**
 * Adds the part of the answer that arrived, so that it is not lost with the node's items: an address in it may be the
 * paid result.
 */
function withPartialAnswer(error: ImageError): JobError {
	const jobError = error.toJobError();
	if (!(error instanceof PartialAnswer)) return jobError;
	const arrived = `This part of the answer arrived: ${excerpt(JSON.stringify(error.came), 1_000)}`;
	return { ...jobError, hint: [jobError.hint, arrived].filter(Boolean).join('. ') };
}
