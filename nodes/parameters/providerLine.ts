import type { ProviderDefinition, ReferenceLimits } from '../../providers/provider';

/**
 * What a provider is for, in the list of providers: `Google's own image models. Needs only an API key. References: up
 * to 14 files. Up to 8 images per job. …`
 */
export function providerLine(provider: ProviderDefinition): string {
	const { about, capabilities } = provider;
	const price = provider.estimateUsd?.({ prompt: '', count: 1 }) ?? null;
	return [
		about.summary,
		about.needs === 'apiKey' ? 'Needs only an API key.' : 'Needs the address of a server.',
		referencesOf(capabilities.references),
		`Up to ${capabilities.maxCount} images per job.`,
		about.answers === 'whenDone' ? 'Answers when the images are done.' : 'Asynchronous jobs.',
		...(price === null ? [] : [`About ${price.toFixed(2)} USD per image.`]),
	].join(' ');
}

function referencesOf(limits: ReferenceLimits | null): string {
	if (!limits) return 'No references.';
	const { max, kinds } = limits;
	const taken = kinds.map(
		(kind) => ({ url: max === 1 ? 'URL' : 'URLs', binary: max === 1 ? 'file' : 'files' })[kind],
	);
	return `References: ${max === 1 ? '1' : `up to ${max}`} ${taken.join(' or ')}.`;
}

/**
 * The provider that a new node chooses: the first one that needs only an API key, since a newcomer has no server of
 * their own. Without such a provider, the first one.
 */
export function firstChoice(list: readonly ProviderDefinition[]): string {
	return (list.find(({ about }) => about.needs === 'apiKey') ?? list[0])?.id ?? '';
}
