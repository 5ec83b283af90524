import type { ProviderDefinition, ReferenceLimits } from '../../providers/provider';

/**
 * What a provider is for, in the list of providers: `Google's models. API key only. References: 14 files. 8 images per
 * job. Answers when done. About 0.04 USD each.` The editor shows two lines, about 115 characters.
 */
export function providerLine(provider: ProviderDefinition): string {
	const { about, capabilities } = provider;
	const price = provider.estimateUsd?.({ prompt: '', count: 1 }) ?? null;
	return [
		about.summary,
		about.needs === 'apiKey' ? 'API key only.' : 'Needs a server.',
		referencesOf(capabilities.references),
		`${capabilities.maxCount} images per job.`,
		about.answers === 'whenDone' ? 'Answers when done.' : 'Asynchronous.',
		...(price === null ? [] : [`About ${price.toFixed(2)} USD each.`]),
	].join(' ');
}

function referencesOf(limits: ReferenceLimits | null): string {
	if (!limits) return 'No references.';
	const { max, kinds } = limits;
	const names = { url: max === 1 ? 'URL' : 'URLs', binary: max === 1 ? 'file' : 'files' };
	return `References: ${max} ${kinds.map((kind) => names[kind]).join(' or ')}.`;
}

/**
 * The provider that a new node chooses: the first one that needs only an API key, since a newcomer has no server of
 * their own. Without such a provider, the first one.
 */
export function firstChoice(list: readonly ProviderDefinition[]): string {
	return (list.find(({ about }) => about.needs === 'apiKey') ?? list[0])?.id ?? '';
}
