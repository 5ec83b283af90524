import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import type { ProviderDefinition } from '../../providers/provider';
import { providerById } from '../../providers/registry';
import { defaultChoice } from '../parameters/requestFields';
import { timeLimit } from '../../model/timeLimit';

/** Maximum time that the editor waits for the server's list of models, in ms. */
const maxWaitMs = 8_000;

/**
 * The models of the chosen provider for the editor: the models that its server offers now. If the server does not
 * answer, the documented models.
 */
export async function getModels(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const choice = this.getCurrentNodeParameter('provider');
	const provider = providerById(typeof choice === 'string' ? choice : '');
	const { defaults } = provider.capabilities;
	const documented = provider.capabilities.models.map((model) => ({ name: model, value: model }));
	const offered = await modelsOfServer(this, provider).catch(() => undefined);
	return [
		defaultChoice(defaults?.model, defaults?.modelNote),
		...(offered?.length ? offered.map(({ name, value }) => ({ name, value })) : documented),
	];
}

async function modelsOfServer(context: ILoadOptionsFunctions, provider: ProviderDefinition) {
	// Loaded on first use: n8n loads this file when it starts, and the start needs no endpoint.
	const { endpointOf } = await import('../../jobs/endpoint/registry');
	const endpoint = await endpointOf(provider, await context.getCredentials(provider.credential));
	return await endpoint.session.models?.({ signal: timeLimit(maxWaitMs) });
}
