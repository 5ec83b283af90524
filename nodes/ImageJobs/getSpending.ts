import type { INodeExecutionData } from 'n8n-workflow';
import type { SpendingRow } from '../../memory/memory';
import { ImageError } from '../../model/errors';
import { namesIn } from '../parameters/parameters';
import { forEachItem } from './failures';
import { readFilters } from './filters';
import type { JobsRun } from './jobsRun';

/** The fields for each value of *Group By*, in the order in which items show them. */
const groups: Record<string, (row: SpendingRow) => Partial<SpendingRow>> = {
	day: ({ day }) => ({ day }),
	provider: ({ provider }) => ({ provider }),
	model: ({ model }) => ({ model }),
	workflow: ({ workflowId, workflowName }) => ({ workflowId, workflowName }),
};

/** Sums what jobs cost. Requests that the provider did not accept cost nothing and are left out. */
export async function getSpending(run: JobsRun): Promise<INodeExecutionData[]> {
	const { context, memory } = run;
	return await forEachItem(run, async (itemIndex) => {
		const names = namesIn(context.getNodeParameter('groupBy', itemIndex, Object.keys(groups)));
		const unsupported = names.find((name) => !Object.hasOwn(groups, name));
		if (unsupported !== undefined)
			throw new ImageError('invalidRequest', {
				message: `Group By names "${unsupported}"`,
				hint: `Choose one of: ${Object.keys(groups).join(', ')}`,
				delivery: 'notSent',
			});
		const rows = await memory.journal.spending(readFilters(run, itemIndex));
		return grouped(rows, names).map((json) => ({ json, pairedItem: { item: itemIndex } }));
	});
}

/**
 * One row per group, in the order of the journal. Without groups there is always one row, even if nothing was spent.
 */
function grouped(rows: readonly SpendingRow[], names: readonly string[]) {
	const groupOf = (row: SpendingRow) =>
		Object.assign(
			{},
			...Object.keys(groups).map((name) => (names.includes(name) ? groups[name]?.(row) : {})),
		) as Partial<SpendingRow>;
	// Not by name: the workflow may have been renamed since then.
	const keyOf = (row: SpendingRow) => JSON.stringify({ ...groupOf(row), workflowName: null });
	const byGroup = [...Map.groupBy(rows, keyOf).values()];
	return (names.length === 0 && rows.length === 0 ? [[]] : byGroup).map((members) => {
		const newest = members.at(-1);
		return { ...(newest ? groupOf(newest) : {}), ...totals(members) };
	});
}

function totals(rows: readonly SpendingRow[]) {
	const sum = (name: 'jobs' | 'images' | 'usd' | 'unpriced' | 'unknown') =>
		rows.reduce((total, row) => total + row[name], 0);
	const [jobs, unpriced] = [sum('jobs'), sum('unpriced')];
	// If no price is known, the sum is unknown, not 0. The rounding removes floating-point errors.
	return {
		jobs,
		images: sum('images'),
		usd: jobs > 0 && unpriced === jobs ? null : Math.round(sum('usd') * 1e6) / 1e6,
		unpriced,
		unknown: sum('unknown'),
	};
}
