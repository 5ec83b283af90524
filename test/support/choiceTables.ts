import { models } from '../../providers/gemini/models';
import type { Capabilities } from '../../providers/provider';
import { providers } from '../../providers/registry';
import { filesOf } from './providerFiles';

type Rows = ReadonlyArray<readonly string[]>;

/** Columns of the table of providers, and their cells from the capabilities. */
const columns: Readonly<Record<string, (capabilities: Capabilities) => string>> = {
	'images per job': ({ maxCount }) => String(maxCount),
	references: ({ references }) =>
		references ? `${references.kinds.includes('binary') ? 'files' : 'URLs'}, up to ${references.max}` : '–',
	'choice of model': ({ models: known }) => yesOrNo(known.length > 0),
	'negative prompt': ({ negativePrompt }) => yesOrNo(negativePrompt),
	seed: ({ seed }) => yesOrNo(seed),
	resolutions: ({ resolutions }) => resolutions.join(', ') || '–',
	'finished by': ({ poll, webhook }) => {
		if (poll === 'none') return 'the answer itself';
		return webhook ? 'polling, webhooks' : 'polling';
	},
	cancel: ({ cancelable }) => yesOrNo(cancelable.length > 0),
	'a lost answer is': ({ idempotency }) =>
		({ native: 'repeated under the same key', lookup: 'looked up', none: 'reported as unknown' })[idempotency],
};

/** What each provider can do: heading and rows. */
export const choiceTable = (): Rows => [
	['provider', ...Object.keys(columns)],
	...providers.map((provider) => [
		`[${provider.displayName}](${filesOf(provider).page})`,
		...Object.values(columns).map((cell) => cell(provider.capabilities)),
	]),
];

/** The published prices that the pack knows, for one image: heading and rows. */
export const priceTable = (): Rows => [
	['model of Google Gemini', 'resolution', 'US dollars per image'],
	...Object.entries(models).flatMap(([model, { prices, imageTokens }]) =>
		prices
			? Object.entries(imageTokens).map(([resolution, tokens]) => [
					`\`${model}\``,
					resolution || 'not set',
					((tokens * prices.image) / 1e6).toFixed(4),
				])
			: [],
	),
];

const yesOrNo = (value: boolean) => (value ? 'yes' : '–');
