import { type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import { providerById, providers } from '../../providers/registry';
import { credentialIdOf } from '../endpoints/nodeEndpoint';
import { namesIn, type ParameterReader, readerOf, textParameter } from '../parameters/parameters';
import { isFirstForm } from '../parameters/versions';
import { allProviders, providersName } from './fields';

/**
 * Returns the ids of the credentials whose jobs an item may see: the node's credentials for the chosen provider. Throws
 * an n8n error if no credential is chosen.
 */
export function credentialScope(context: IExecuteFunctions): (itemIndex: number) => readonly string[] {
	const parameters = readerOf(context);
	return (itemIndex) => {
		const choice = textParameter(parameters, 'provider', itemIndex);
		const chosen = choice === allProviders ? listed(context, parameters, itemIndex) : [providerById(choice)];
		const ids = chosen.map((provider) => credentialIdOf(context, provider)).filter((id) => id !== '');
		if (ids.length > 0) return ids;
		const [only] = chosen;
		const isSingle = only !== undefined && chosen.length === 1;
		throw new NodeOperationError(
			context.getNode(),
			isSingle ? `No credential for ${only.displayName} is chosen` : 'No credential is chosen',
			{
				itemIndex,
				description:
					'Choose a credential in this node: it sees only the jobs that were made with its own credentials.',
			},
		);
	};
}

/** The providers of the list. Version 1 has no list: there every credential of the node counts. */
function listed(context: IExecuteFunctions, parameters: ParameterReader, itemIndex: number) {
	if (isFirstForm(context.getNode())) return providers;
	return namesIn(parameters.getNodeParameter(providersName, itemIndex, [])).map(providerById);
}
