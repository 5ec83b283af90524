import type { IExecuteFunctions } from 'n8n-workflow';
import type { Pool } from '../../jobs/submission/pool';
import { orderMembers } from '../../jobs/submission/memberOrder';
import type { Choice } from '../../jobs/submission/failover';
import { ImageError, toImageError } from '../../model/errors';
import type { Attempt } from '../../model/job';
import { mainEndpoint } from '../../providers/credential';
import type { ProviderDefinition } from '../../providers/provider';
import { providerById } from '../../providers/registry';
import { checkRequest } from '../../providers/requestCheck';
import { credentialIdOf } from '../endpoints/nodeEndpoint';
import { namedProviders } from './namedProviders';
import type { GenerateOptions, Maker, Route, Routes } from './task';

/** The first provider that an item names, for an item that fails before its routes are read. */
export function firstProvider(context: IExecuteFunctions, itemIndex: number): string {
	try {
		return namedProviders(context, itemIndex)[0]?.provider ?? '';
	} catch {
		return '';
	}
}

/** Reads and checks the requests of an item. Throws `invalidRequest` if none of its providers supports its request. */
export function readRoutes(
	context: IExecuteFunctions,
	itemIndex: number,
	options: GenerateOptions,
	maker: Maker,
): Routes {
	const named = namedProviders(context, itemIndex).map(({ provider: id, model }): Route => {
		const provider = providerById(id);
		const request = maker.read(context, provider, itemIndex, options);
		const route = { provider, request, digest: '', credentialId: credentialIdOf(context, provider) };
		if (model === undefined) return route;
		const { model: _model, ...others } = request;
		return { ...route, request: model ? { ...others, model } : others };
	});
	const capable: Route[] = [];
	const unsupported: Attempt[] = [];
	for (const route of named) {
		try {
			checkRequest(route.provider, route.request, { unprepared: maker.prepare !== undefined });
			capable.push(route);
		} catch (thrown) {
			const error = toImageError(thrown);
			if (named.length === 1) throw error;
			unsupported.push(unsupportedBy(route, error));
		}
	}
	const [first, ...others] = capable;
	if (!first) throw noCapableProvider(unsupported);
	return { routes: [first, ...others], unsupported };
}

/** A provider that is left out, with the reason. */
export function unsupportedBy({ provider }: Route, { code, message }: ImageError): Attempt {
	return { provider: provider.id, endpoint: mainEndpoint, code, message };
}

/** The error of an item if no provider supports its request. */
export function noCapableProvider(unsupported: readonly Attempt[]): ImageError {
	return new ImageError('invalidRequest', {
		message: `None of the providers can do this. ${unsupported.map(({ message }) => message).join('; ')}`,
		delivery: 'notSent',
	});
}

/** Every endpoint that can make the job, the preferred one first. */
export async function choicesOf(
	routes: readonly Route[],
	poolFor: (provider: ProviderDefinition) => Promise<Pool>,
	key: string,
): Promise<Choice[]> {
	const pools = await Promise.all(routes.map(async (route) => ({ ...route, pool: await poolFor(route.provider) })));
	return pools.flatMap(({ pool, request, digest, credentialId }) =>
		orderMembers(pool.members, request.model, key).map((member) => ({
			member,
			request,
			name: pool.members.length > 1 ? member.settings.name : null,
			requestDigest: digest,
			credentialId,
		})),
	);
}
