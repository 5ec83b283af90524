import { type IExecuteFunctions, type INodeExecutionData, NodeOperationError } from 'n8n-workflow';
import { packMemory } from '../execution/memory';
import { hintAt } from '../execution/errors';
import { textParameter } from '../parameters/parameters';
import { credentialScope } from './credentialScope';
import type { Operation } from './fields';
import { fetchResult } from './fetchResult';
import { forget } from './forget';
import { getMany } from './getMany';
import { getSpending } from './getSpending';
import type { JobsRun } from './jobsRun';
import { settle } from './settle';

const operations: Record<Operation, (run: JobsRun) => Promise<INodeExecutionData[]>> = {
	fetchResult,
	forget,
	getAll: getMany,
	getSpending,
	settle,
};

/** Runs the node's operation over all items. */
export async function runImageJobs(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const operation = textParameter(context, 'operation', 0);
	if (!Object.hasOwn(operations, operation))
		throw new NodeOperationError(context.getNode(), `There is no operation "${operation}"`, {
			description: `Choose one of: ${Object.keys(operations).join(', ')}`,
		});
	const memory = await packMemory();
	if (memory.problem !== null) hintAt(context, `${memory.problem} Earlier jobs are not listed here.`);
	const run: JobsRun = {
		context,
		memory,
		credentialIdsOf: credentialScope(context),
		signal: context.getExecutionCancelSignal(),
	};
	return [await operations[operation as Operation](run)];
}
