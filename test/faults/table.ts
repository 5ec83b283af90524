import type { Cell } from './cell';
import type { PlannedCell } from './plan';

/** A cell for the tables. */
export interface Seen {
	/** `✓`, `✗`, or `–` if the row cannot have the fault. */
	shown: '✓' | '✗' | '–';
	/** Why it is `–`. */
	reason: string | null;
	cell: Cell | null;
	problems: string[];
}

/** Waits for a cell and judges it. */
export async function verdictOf(planned: PlannedCell, running: Promise<Cell | null> | undefined): Promise<Seen> {
	const not = (reason: string): Seen => ({ shown: '–', reason, cell: null, problems: [] });
	if (planned.missing !== null || !running) return not(planned.missing ?? 'did not run');
	try {
		const cell = await running;
		if (cell === null) return not('sends no such request');
		if (cell.problems.length > 0) return { shown: '✗', reason: null, cell, problems: cell.problems };
		if (cell.hits > 0) return { shown: '✓', reason: null, cell, problems: [] };
		if (planned.fault.needs !== undefined) return not(`its answers have no such part`);
		return { shown: '✗', reason: null, cell, problems: ['the fault hit no request'] };
	} catch (thrown) {
		return {
			shown: '✗',
			reason: null,
			cell: null,
			problems: [thrown instanceof Error ? thrown.message : String(thrown)],
		};
	}
}

/** One line for each cell: item, error code, time, books. */
export function fullTable(results: ReadonlyMap<PlannedCell, Seen>): string {
	const lines = [...results].map(([{ row, fault }, { shown, reason, cell }]) => [
		shown,
		row.provider,
		row.verb.id,
		fault.id,
		cell?.items ?? reason ?? '',
		cell?.codes.join(', ') ?? '',
		cell ? `${cell.ms} of ${cell.limitMs} ms` : '',
		cell?.books ?? '',
	]);
	return aligned([['', 'provider', 'verb', 'fault', 'items', 'error code', 'time', 'books'], ...lines]);
}

/** The counts of each verb: cells that held, that failed, and that do not exist. */
export function summaryTable(results: ReadonlyMap<PlannedCell, Seen>): string {
	const verbs = [...new Set([...results.keys()].map(({ row }) => row.verb))];
	const lines = verbs.map((verb) => {
		const own = [...results].filter(([{ row }]) => row.verb === verb).map(([, seen]) => seen);
		const count = (shown: Seen['shown']) => String(own.filter((one) => one.shown === shown).length);
		const slowest = Math.max(0, ...own.flatMap(({ cell }) => cell?.ms ?? []));
		return [verb.id, count('✓'), count('✗'), count('–'), `${slowest} ms`];
	});
	return aligned([['verb', '✓', '✗', '–', 'slowest'], ...lines]);
}

function aligned(lines: readonly string[][]): string {
	const widths = (lines[0] ?? []).map((_head, column) =>
		Math.max(...lines.map((line) => (line[column] ?? '').length)),
	);
	return lines
		.map((line) =>
			line
				.map((text, column) => text.padEnd(widths[column] ?? 0))
				.join('  ')
				.trimEnd(),
		)
		.join('\n');
}
