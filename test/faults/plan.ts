import { providerById } from '../../providers/registry';
import { hashText, seededDraw } from '../../sandbox/shared/random';
import { allKits, type Kit, nameOf } from '../support/conformanceKits';
import { type Fault, faults } from './faults';
import type { Verb } from './verb';
import { verbs } from './verbs';

/** A way to use a backend, and a step of a node. */
export interface Row {
	kit: Kit;
	verb: Verb;
	/** For the command line: `zImage/poll`. A second way to use a backend has a number: `gemini-2/poll`. */
	id: string;
	provider: string;
}

/** One execution under one fault. */
export interface PlannedCell {
	row: Row;
	fault: Fault;
	/** `zImage/poll/reset-before`. */
	id: string;
	/** By rule, why the row cannot have the fault; null if it can. */
	missing: string | null;
}

const kitId = (kit: Kit) => {
	const place = allKits.filter(({ backend }) => backend.id === kit.backend.id).indexOf(kit);
	return place === 0 ? kit.backend.id : `${kit.backend.id}-${place + 1}`;
};

/** Every provider with every verb: a new provider is in it without a line here. */
export const rows: readonly Row[] = verbs.flatMap((verb) =>
	allKits.map((kit) => ({ kit, verb, id: `${kitId(kit)}/${verb.id}`, provider: nameOf(kit) })),
);

export const allCells: readonly PlannedCell[] = rows.flatMap((row) =>
	faults.map((fault) => ({ row, fault, id: `${row.id}/${fault.id}`, missing: missingIn(row, fault) })),
);

function missingIn({ kit, verb }: Row, { needs }: Fault): string | null {
	const { capabilities } = providerById(kit.backend.id);
	const missing = verb.missing(kit, capabilities);
	if (missing !== null || needs === undefined) return missing;
	if (needs === 'a WebSocket') return verb.waits && capabilities.watch ? null : 'opens no WebSocket';
	return verb.readsJobs ? null : `reads no ${needs.replace(/^a /, '')}`;
}

/**
 * A small set of cells in which each fault and each row occurs. The seed decides which of them meet.
 */
export function shortSet(seed: number): PlannedCell[] {
	const draw = seededDraw(hashText(`short ${seed}`));
	const left = shuffled(
		allCells.filter(({ missing }) => missing === null),
		draw,
	);
	const faultsToDo = new Set(left.map(({ fault }) => fault));
	const rowsToDo = new Set(left.map(({ row }) => row));
	const chosen: PlannedCell[] = [];
	const choose = (fits: (cell: PlannedCell) => boolean) => {
		for (const cell of left) {
			if (!fits(cell)) continue;
			chosen.push(cell);
			faultsToDo.delete(cell.fault);
			rowsToDo.delete(cell.row);
		}
	};
	// The faults that few rows have come first, because they have the least choice.
	choose(({ fault, row }) => fault.needs !== undefined && faultsToDo.has(fault) && rowsToDo.has(row));
	choose(({ fault, row }) => faultsToDo.has(fault) && rowsToDo.has(row));
	choose(({ fault, row }) => faultsToDo.has(fault) || rowsToDo.has(row));
	return chosen;
}

function shuffled<T>(list: readonly T[], draw: () => number): T[] {
	return list
		.map((one) => ({ one, place: draw() }))
		.sort((a, b) => a.place - b.place)
		.map(({ one }) => one);
}
