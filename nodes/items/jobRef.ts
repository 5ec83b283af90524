import { type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import type { ImageError } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import type { ProviderDefinition } from '../../providers/provider';
import { providerById } from '../../providers/registry';
import { unlistedProvider } from '../parameters/chosenProviders';
import { fromInput, jobIdField } from '../parameters/providerFields';
import { snapshotOf } from './items';
import { type ParameterReader, textParameter } from '../parameters/parameters';

/**
 * The job of an item. `id` is null only if the item's job has none: the job was not accepted, or the provider returned
 * the images at once.
 */
export interface JobRef {
	itemIndex: number;
	provider: ProviderDefinition;
	id: string | null;
	/** The name of the job's endpoint, from the item. */
	endpoint: string | undefined;
	/** The state of the job in the item. */
	known: JobSnapshot | undefined;
	/** Set if the item names a provider that the node may not use. */
	unlisted?: ImageError;
}

/** Reads provider and job id of an item. Throws an n8n error that names the item and the field. */
export function readJobRef(
	context: IExecuteFunctions,
	itemIndex: number,
	parameters: ParameterReader = context,
): JobRef {
	const json = context.getInputData()[itemIndex]?.json ?? {};
	const carried = snapshotOf(json);
	const choice = textParameter(parameters, 'provider', itemIndex);
	const providerId = choice === fromInput ? carried?.job.provider : choice;
	if (!providerId) {
		throw new NodeOperationError(context.getNode(), 'The item does not say which provider its job belongs to', {
			itemIndex,
			description:
				`Item ${itemIndex} has no job.provider: connect Image Generate, ` +
				'or choose the provider in this node',
		});
	}
	const provider = providerById(providerId);
	// Reads the value of the default expression directly: that is much faster than in n8n.
	const id =
		carried && context.getNode().parameters['jobId'] === jobIdField.default
			? (carried.job.id ?? '').trim()
			: textParameter(parameters, 'jobId', itemIndex);
	// A job may have no ID if the provider answered with the images.
	if (id === '' && !(carried && isTerminal(carried.job.status))) {
		throw new NodeOperationError(context.getNode(), 'Job ID is empty', {
			itemIndex,
			description: `Item ${itemIndex} has no job.id: connect Image Generate, or put the ID of a job there`,
		});
	}
	const known = carried && carried.job.provider === providerId && (carried.job.id ?? '') === id ? carried : undefined;
	const unlisted = choice === fromInput ? unlistedProvider(context, parameters, provider, itemIndex) : undefined;
	return {
		itemIndex,
		provider,
		id: id || null,
		endpoint: carried?.job.provider === providerId ? carried.job.endpoint : undefined,
		known,
		...(unlisted ? { unlisted } : {}),
	};
}
