import type { IExecuteFunctions } from 'n8n-workflow';
import { dayNotKept } from '../../jobs/submission/budget';
import type { BudgetLimit, Memory } from '../../memory/memory';
import type { Cost } from '../../memory/record';
import type { RunIdentity } from '../execution/identity';
import type { BudgetOptions, Route } from './task';

/**
 * The limits of the running node, for the journal to check. Throws `quotaExceeded` if there is a limit per day and the
 * memory exists only in this process, because it would forget today's spending.
 */
export function budgetLimits(
	context: IExecuteFunctions,
	memory: Memory,
	{ lineage, origin, day }: RunIdentity,
): BudgetLimit[] {
	const options = (context.getNodeParameter('options.budget.limits', 0, {}) ?? {}) as BudgetOptions;
	const { workflowId, nodeId } = origin;
	const perExecution: BudgetLimit = {
		name: 'in this execution',
		over: { lineage, nodeId },
		images: options.imagesPerExecution || undefined,
		usd: options.usdPerExecution || undefined,
	};
	const perDay: BudgetLimit = {
		name: 'today',
		over: { workflowId, nodeId, day: day() },
		images: options.imagesPerDay || undefined,
		usd: options.usdPerDay || undefined,
	};
	const isSet = ({ images, usd }: BudgetLimit) => images !== undefined || usd !== undefined;
	if (memory.problem !== null && isSet(perDay)) throw dayNotKept(memory.problem);
	return [perExecution, perDay].filter(isSet);
}

/**
 * What a request takes from a budget: the user's price, otherwise the provider's published price. With several routes,
 * the most expensive route counts.
 */
export function costOf(routes: readonly Route[], { pricePerImage }: BudgetOptions): Cost {
	const [first] = routes;
	const images = first?.request.count ?? 1;
	if (pricePerImage !== undefined && pricePerImage > 0) return { images, usd: pricePerImage * images };
	const estimates = routes.map(({ provider, request }) => provider.estimateUsd?.(request) ?? null);
	const isPriced = estimates.every((usd) => usd !== null);
	return { images, usd: isPriced ? Math.max(...estimates) : null };
}
