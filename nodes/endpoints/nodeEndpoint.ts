import { type IExecuteFunctions, type IPollFunctions, NodeOperationError } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { endpointOf } from '../../jobs/endpoint/registry';
import { type Pool, poolOf } from '../../jobs/submission/pool';
import { toImageError } from '../../model/errors';
import type { ProviderDefinition, Session } from '../../providers/provider';

type CredentialContext = Pick<IExecuteFunctions | IPollFunctions, 'getNode' | 'getCredentials'>;

/** Finds the endpoints of the credential that one item uses. Throws an n8n error if there are none. */
export type PoolOfItem = (provider: ProviderDefinition, itemIndex: number) => Promise<Pool>;

/**
 * Reads the node's credential for this provider and opens endpoints with it.
 * Every node does this for each item: a field of a credential can contain an expression, and n8n resolves it with the
 * data of that item, so two items may use two accounts. Equal credentials give the same endpoint object, so many items
 * share its connections, pacing and polling.
 * Throws an n8n error if no credential is chosen or the credential is unusable.
 * @param itemIndex undefined in a trigger, which has no item yet
 */
async function fromCredential<T>(
	context: CredentialContext,
	provider: ProviderDefinition,
	itemIndex: number | undefined,
	open: (credential: unknown) => Promise<T>,
): Promise<T> {
	const { displayName } = provider;
	const where = itemIndex === undefined ? {} : { itemIndex };
	const credential = await context.getCredentials(provider.credential, itemIndex).catch((cause: unknown) => {
		const choose =
			itemIndex === undefined
				? 'Choose one in this node.'
				: `Item ${itemIndex} belongs to ${displayName}: choose a credential of that kind in this node.`;
		throw new NodeOperationError(context.getNode(), `No credential for ${displayName} is chosen`, {
			...where,
			description: `${choose} (${cause instanceof Error ? cause.message : String(cause)})`,
		});
	});
	try {
		return await open(credential);
	} catch (thrown) {
		const { message, hint } = toImageError(thrown);
		throw new NodeOperationError(context.getNode(), `${displayName}: ${message}`, {
			...where,
			...(hint ? { description: hint } : {}),
		});
	}
}

/**
 * Id of the node's credential for this provider, the same for all items. Empty if none is chosen: the later reading of
 * the credential throws the error.
 */
export function credentialIdOf(
	context: Pick<IExecuteFunctions, 'getNode'>,
	provider: Pick<ProviderDefinition, 'credential'>,
): string {
	return context.getNode().credentials?.[provider.credential]?.id ?? '';
}

/**
 * The main endpoint of the node's credential for this provider. Throws an n8n error if there is none.
 * @param itemIndex undefined in a trigger
 */
export async function nodeEndpoint<S extends Session>(
	context: CredentialContext,
	provider: ProviderDefinition<S>,
	itemIndex?: number,
): Promise<Endpoint<S>> {
	return await fromCredential(context, provider, itemIndex, (credential) => endpointOf(provider, credential));
}

/** The endpoints of each item's credential. One item's credential is read once per provider and node run. */
export function poolsOf(context: CredentialContext): PoolOfItem {
	const found = new Map<string, Promise<Pool>>();
	return (provider, itemIndex) => {
		const key = `${itemIndex} ${provider.id}`;
		const known =
			found.get(key) ??
			fromCredential(context, provider, itemIndex, (credential) => poolOf(provider, credential));
		found.set(key, known);
		return known;
	};
}
