import type { Usage } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { defaultModel, modelOf } from './models';
import type { ContentAnswer } from './wire';

/** A batch costs half. */
const batchShare = 0.5;

/** The tokens that several answers used together; undefined if none reports any. */
export function usageOf(answers: readonly ContentAnswer[], model: string, { batch = false } = {}): Usage | undefined {
	const reported = answers.flatMap(({ usageMetadata }) => (usageMetadata ? [usageMetadata] : []));
	if (reported.length === 0) return undefined;
	const sum = (of: (metadata: (typeof reported)[number]) => number | null | undefined) =>
		reported.reduce((total, metadata) => total + (of(metadata) ?? 0), 0);
	const inputTokens = sum(({ promptTokenCount }) => promptTokenCount);
	const thoughts = sum(({ thoughtsTokenCount }) => thoughtsTokenCount);
	const made = sum(({ candidatesTokenCount }) => candidatesTokenCount);
	// If the kinds of tokens are not reported, all of them count as image tokens, which nearly all are.
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

/** The least that a request will cost, in US dollars: its images by published prices; null if none is published. */
export function estimateUsd({ model, resolution = '', count, extras }: ImageRequest): number | null {
	const known = modelOf(model ?? defaultModel({ resolution: resolution || undefined }));
	const tokens = known?.imageTokens[resolution];
	if (!known?.prices || tokens === undefined) return null;
	return ((tokens * known.prices.image) / 1_000_000) * count * (extras?.['batch'] === true ? batchShare : 1);
}
