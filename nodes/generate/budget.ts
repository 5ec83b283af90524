import type { IExecuteFunctions } from 'n8n-workflow';
import { dayNotKept } from '../../jobs/submission/budget';
import type { BudgetLimit, Memory } from '../../memory/memory';
import type { Cost } from '../../memory/record';
import type { RunIdentity } from '../execution/identity';
import type { Route } from './routes';

/** The limits as the options hold them; 0 or absent: none. */
export interface BudgetOptions {
	imagesPerExecution?: number;
	imagesPerDay?: number;
	usdPerExecution?: number;
	usdPerDay?: number;
	pricePerImage?: number;
}

/**
 * The limits of the node that runs, for the journal to check. Throws `quotaExceeded` where a limit per day cannot be
 * kept: it is a promise about money, and what outlives no process cannot keep it.
 */
export function budgetLimits(
	context: IExecuteFunctions,
	memory: Memory,
	{ lineage, origin, day }: RunIdentity,
): BudgetLimit[] {
	const { imagesPerExecution, imagesPerDay, usdPerExecution, usdPerDay } = (context.getNodeParameter(
		'options.budget.limits',
		0,
		{},
	) ?? {}) as BudgetOptions;
	const { workflowId, nodeId } = origin;
	const limits: BudgetLimit[] = [
		{
			name: 'in this execution',
			over: { lineage, nodeId },
			images: imagesPerExecution || undefined,
			usd: usdPerExecution || undefined,
		},
		{
			name: 'today',
			over: { workflowId, nodeId, day: day() },
			images: imagesPerDay || undefined,
			usd: usdPerDay || undefined,
		},
	];
	const kept = limits.filter(({ images, usd }) => images !== undefined || usd !== undefined);
	if (memory.problem !== null && kept.some(({ over }) => 'day' in over)) throw dayNotKept(memory.problem);
	return kept;
}

/**
 * What a request takes from a budget: by the user's price, else by the provider's published one; of several routes the
 * dearest counts.
 */
export function costOf(routes: readonly Route[], { pricePerImage }: BudgetOptions): Cost {
	const [first] = routes;
	const images = first?.request.count ?? 1;
	if (pricePerImage !== undefined && pricePerImage > 0) return { images, usd: pricePerImage * images };
	const estimates = routes.map(({ provider, request }) => provider.estimateUsd?.(request) ?? null);
	return {
		images,
		usd: estimates.some((usd) => usd === null) ? null : Math.max(...estimates.map((usd) => usd ?? 0)),
	};
}
