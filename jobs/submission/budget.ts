import type { BudgetLimit } from '../../memory/memory';
import type { Cost } from '../../memory/record';
import { ImageError } from '../../model/errors';

/** The limits of a node; absent: no limit. The journal keeps the sums. */
export interface Limits {
	images?: number | undefined;
	usd?: number | undefined;
}

/** Throws `invalidRequest` if money is limited and the price is unknown. */
export function assertPriced({ usd }: Cost, limits: readonly Limits[]): void {
	if (usd !== null || limits.every((limit) => limit.usd === undefined)) return;
	throw new ImageError('invalidRequest', {
		message: 'Money is limited, and no price is known for this request',
		hint: 'Set "Price per Image (USD)" among the limits of the budget',
		delivery: 'notSent',
	});
}

/** The error of a request that would exceed a limit. */
export function overBudget(
	{ name, images, usd }: BudgetLimit,
	spent: { images: number; usd: number },
	cost: Cost,
): ImageError {
	const isImages = images !== undefined && spent.images + cost.images > images;
	const what = isImages
		? `${spent.images} of ${images} images were requested ${name}, and this item requests ${cost.images}`
		: `${dollars(spent.usd)} of ${dollars(usd ?? 0)} are spent ${name}, ` +
			`and this item costs about ${dollars(cost.usd ?? 0)}`;
	return budgetError(what, 'Nothing was sent. Raise the limit under Options, Budget, or wait for the next day');
}

/** The error if a limit per day cannot be kept, because nothing is saved after this process. */
export function dayNotKept(problem: string): ImageError {
	return budgetError(
		`what was spent today cannot be known: ${problem}`,
		'Make the folder writable, or take the limits per day out of Options, Budget',
	);
}

function budgetError(what: string, hint: string): ImageError {
	return new ImageError('quotaExceeded', {
		message: `The budget of this node does not allow it: ${what}`,
		hint,
		delivery: 'notSent',
	});
}

const dollars = (usd: number) => `$${usd.toFixed(usd < 1 ? 3 : 2)}`;
