import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import { endpointOf } from '../../jobs/endpoint/endpoints';
import { providerById } from '../../providers/registry';
import { providerDefault } from '../parameters/fields';

/** Longest that the editor's list may take to open, in ms. */
const patienceMs = 8_000;

/**
 * The models of the chosen provider for the editor: those its server offers now, or the documented ones where it cannot
 * be asked.
 */
export async function getModels(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const choice = this.getCurrentNodeParameter('provider');
	const provider = providerById(typeof choice === 'string' ? choice : '');
	const documented = provider.capabilities.models.map((model) => ({ name: model, value: model }));
	const offered = await askedModels(this, provider).catch(() => undefined);
	return [
		{ name: 'Default', value: providerDefault, description: "The provider's own choice" },
		...(offered?.length ? offered.map(({ name, value }) => ({ name, value })) : documented),
	];
}

async function askedModels(context: ILoadOptionsFunctions, provider: ReturnType<typeof providerById>) {
	const endpoint = await endpointOf(provider, await context.getCredentials(provider.credential));
	return await endpoint.session.models?.({ signal: AbortSignal.timeout(patienceMs) });
}
