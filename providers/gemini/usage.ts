import type { Usage } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { defaultModel, modelOf } from './models';
import type { ContentAnswer } from './wire';

/** A batch costs half. */
const batchShare = 0.5;

/** What answers used together; undefined where they do not say. */
export function usageOf(answers: readonly ContentAnswer[], model: string, { batch = false } = {}): Usage | undefined {
	const reported = answers.flatMap(({ usageMetadata }) => (usageMetadata ? [usageMetadata] : []));
	if (reported.length === 0) return undefined;
	const sum = (of: (metadata: (typeof reported)[number]) => number | null | undefined) =>
		reported.reduce((total, metadata) => total + (of(metadata) ?? 0), 0);
	const inputTokens = sum(({ promptTokenCount }) => promptTokenCount);
	const thoughts = sum(({ thoughtsTokenCount }) => thoughtsTokenCount);
	const made = sum(({ candidatesTokenCount }) => candidatesTokenCount);
	// Where the kinds are not told apart, what came counts as pictures: nearly all of it is.
	const ofText = sum(({ candidatesTokensDetails }) =>
		candidatesTokensDetails
			.filter(({ modality }) => modality !== 'IMAGE')
			.reduce((total, { tokenCount }) => total + (tokenCount ?? 0), 0),
	);
	const prices = modelOf(model)?.prices;
	const estimate = prices
		? ((inputTokens * prices.input + (ofText + thoughts) * prices.text + (made - ofText) * prices.image) /
				1_000_000) *
			(batch ? batchShare : 1)
		: null;
	return {
		model: model.replace(/^models\//, ''),
		inputTokens,
		outputTokens: made + thoughts,
		totalTokens: sum(({ totalTokenCount }) => totalTokenCount) || inputTokens + made + thoughts,
		estimatedUsd: estimate === null ? null : Number(estimate.toFixed(6)),
	};
}

/**
 * What a request will cost at the least: its pictures by the published prices, in US dollars; null where none is
 * published.
 */
export function estimateUsd({ model, resolution = '', count, extras }: ImageRequest): number | null {
	const known = modelOf(model ?? defaultModel({ resolution: resolution || undefined }));
	const tokens = known?.imageTokens[resolution];
	if (!known?.prices || tokens === undefined) return null;
	return ((tokens * known.prices.image) / 1_000_000) * count * (extras?.['batch'] === true ? batchShare : 1);
}
