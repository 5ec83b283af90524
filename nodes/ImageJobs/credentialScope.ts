import { type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import { providerById, providers } from '../../providers/registry';
import { credentialIdOf } from '../endpoints/nodeEndpoint';
import { readerOf, textParameter } from '../parameters/parameters';
import { allProviders } from './fields';

/**
 * Gives the ids of the credentials whose jobs an item may see: those of the node, for the provider that is chosen.
 * Throws an n8n error where there is none.
 */
export function credentialScope(context: IExecuteFunctions): (itemIndex: number) => readonly string[] {
	const parameters = readerOf(context);
	return (itemIndex) => {
		const choice = textParameter(parameters, 'provider', itemIndex);
		const chosen = choice === allProviders ? providers : [providerById(choice)];
		const ids = chosen.map((provider) => credentialIdOf(context, provider)).filter((id) => id !== '');
		if (ids.length > 0) return ids;
		const [only, ...others] = chosen;
		throw new NodeOperationError(
			context.getNode(),
			only && others.length === 0 ? `No credential for ${only.displayName} is chosen` : 'No credential is chosen',
			{
				itemIndex,
				description:
					'Choose a credential in this node: it sees the jobs that were made with its own credentials, and no others.',
			},
		);
	};
}
