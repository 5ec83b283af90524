import { type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { endpointOf, type Pool, poolOf } from '../../jobs/endpoint/endpoints';
import { toImageError } from '../../model/errors';
import type { ProviderDefinition, Session } from '../../providers/provider';

/**
 * What is made of the node's credential for this provider. Throws an n8n error where no credential is chosen or it is
 * unusable.
 */
async function fromCredential<T>(
	context: IExecuteFunctions,
	provider: ProviderDefinition,
	itemIndex: number,
	open: (credential: unknown) => Promise<T>,
): Promise<T> {
	const credential = await context.getCredentials(provider.credential, itemIndex).catch((cause: unknown) => {
		throw new NodeOperationError(context.getNode(), `No credential for ${provider.displayName} is chosen`, {
			itemIndex,
			description: `Item ${itemIndex} belongs to ${provider.displayName}: choose a credential of that kind in this node. (${cause instanceof Error ? cause.message : String(cause)})`,
		});
	});
	try {
		return await open(credential);
	} catch (thrown) {
		const { message, hint } = toImageError(thrown);
		throw new NodeOperationError(context.getNode(), `${provider.displayName}: ${message}`, {
			itemIndex,
			...(hint ? { description: hint } : {}),
		});
	}
}

/** Id of the node's credential for this provider; empty where none is chosen, which is an error once it is read. */
export function credentialIdOf(
	context: Pick<IExecuteFunctions, 'getNode'>,
	provider: Pick<ProviderDefinition, 'credential'>,
): string {
	return context.getNode().credentials?.[provider.credential]?.id ?? '';
}

/** The main endpoint of the node's credential for this provider. Throws an n8n error where there is none. */
export async function nodeEndpoint<S extends Session>(
	context: IExecuteFunctions,
	provider: ProviderDefinition<S>,
	itemIndex: number,
): Promise<Endpoint<S>> {
	return await fromCredential(context, provider, itemIndex, (credential) => endpointOf(provider, credential));
}

/**
 * One look-up a provider and node run: the credential is read and its endpoints found once, whatever the number of
 * items.
 */
export function poolsOf(
	context: IExecuteFunctions,
): (provider: ProviderDefinition, itemIndex: number) => Promise<Pool> {
	const found = new Map<string, Promise<Pool>>();
	return (provider, itemIndex) => {
		const known =
			found.get(provider.id) ??
			fromCredential(context, provider, itemIndex, (credential) => poolOf(provider, credential));
		found.set(provider.id, known);
		return known;
	};
}
