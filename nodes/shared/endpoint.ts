import { type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint';
import { endpointOf } from '../../jobs/endpoints';
import { toImageError } from '../../model/errors';
import type { ProviderDefinition, Session } from '../../providers/provider';

/** The endpoint behind the node's credential for this provider. Throws an n8n error where no credential is chosen or it is unusable. */
export async function nodeEndpoint<S extends Session>(context: IExecuteFunctions, provider: ProviderDefinition<S>, itemIndex: number): Promise<Endpoint<S>> {
	const credential = await context.getCredentials(provider.credential, itemIndex).catch((cause: unknown) => {
		throw new NodeOperationError(context.getNode(), `No credential for ${provider.displayName} is chosen`, {
			itemIndex,
			description: `Item ${itemIndex} belongs to ${provider.displayName}: choose a credential of that kind in this node. (${cause instanceof Error ? cause.message : String(cause)})`,
		});
	});
	try {
		return await endpointOf(provider, credential);
	} catch (thrown) {
		const { message, hint } = toImageError(thrown);
		throw new NodeOperationError(context.getNode(), `${provider.displayName}: ${message}`, { itemIndex, ...(hint ? { description: hint } : {}) });
	}
}

/** One look-up a provider and node run: the credential is read and the endpoint found once, whatever the number of items. */
export function endpointsOf(context: IExecuteFunctions): (provider: ProviderDefinition, itemIndex: number) => Promise<Endpoint> {
	const found = new Map<string, Promise<Endpoint>>();
	return (provider, itemIndex) => {
		const known = found.get(provider.id) ?? nodeEndpoint(context, provider, itemIndex);
		found.set(provider.id, known);
		return known;
	};
}
