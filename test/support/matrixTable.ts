import { type Cell, type Way, ways } from './matrixCell';
import { type MatrixFault, faults } from './matrixFaults';
import { type Row, rows } from './matrixRows';

/** What a cell shows, and what is wrong with it, if anything. */
export interface Verdict {
	shown: string;
	problem: string | null;
}

/** Judges what became of an item. */
export function verdictOf(row: Row, fault: MatrixFault, cell: Cell): Verdict {
	const { jobs, delivered, counted, said } = cell;
	if (jobs === row.jobs && delivered === row.results && counted === row.images) return { shown: '✓', problem: null };
	const seen = `${jobs} of ${row.jobs} jobs, ${delivered} of ${row.results} delivered, ${counted} of ${row.images} images counted, ${said}: ${cell.note}`;
	// Who knows nothing must say so, and count what may be paid.
	if (said === 'unknown' && jobs <= row.jobs && counted === row.images)
		return {
			shown: delivered > 0 ? `½ + unknown (${jobs} of ${row.jobs} made)` : `unknown (${jobs} made)`,
			problem: mayBeUnknown(row, fault, cell) ? null : seen,
		};
	// Of several requests one was refused for good: what came is delivered, and counts alone.
	if (
		said === 'refused' &&
		fault.effect === 'refused' &&
		row.skip !== undefined &&
		delivered > 0 &&
		jobs === delivered &&
		counted === delivered
	)
		return { shown: '½', problem: null };
	return { shown: '✗', problem: seen };
}

function mayBeUnknown({ certainty }: Row, { effect }: MatrixFault, { delivered }: Cell): boolean {
	if (effect === 'refused') return false;
	switch (certainty) {
		case 'key':
			return false;
		// An item that n8n has with a part of its images is not looked up again.
		case 'look-up':
			return delivered > 0;
		case 'look-up that finds only':
			return delivered > 0 || effect === 'notMade';
		case 'none':
			return true;
	}
}

/** Shown where a row knows no such fault. */
const noSuchFault = '';

/** The verdicts by row, fault and way. */
export type Verdicts = ReadonlyMap<Row, ReadonlyMap<MatrixFault, ReadonlyMap<Way, Verdict>>>;

const settledBy: Record<Row['certainty'], string> = {
	key: "repeated under the provider's idempotency key",
	'look-up': "looked up in the provider's list",
	'look-up that finds only': 'looked up; what a worker has not begun cannot be told from what was never made',
	none: 'nothing tells: the item says so',
};

const shownIn = (verdicts: Verdicts) => (row: Row, fault: MatrixFault, way: Way) =>
	verdicts.get(row)?.get(fault)?.get(way)?.shown ?? noSuchFault;

/** After how many faults everything is delivered, by operation and way. */
export function summaryTable(verdicts: Verdicts): string {
	const shown = shownIn(verdicts);
	const shareOf = (row: Row, way: Way) => {
		const cells = faults.map((fault) => shown(row, fault, way)).filter((cell) => cell !== noSuchFault);
		return `${cells.filter((cell) => cell === '✓').length} of ${cells.length}`;
	};
	return table(
		['Operation', 'A lost answer is …', ...ways],
		rows.map((row) => [row.title, settledBy[row.certainty], ...ways.map((way) => shareOf(row, way))]),
	);
}

/** docs/reliability.md. */
export function reliabilityPage(verdicts: Verdicts): string {
	const shown = shownIn(verdicts);
	return [
		'# Reliability',
		'',
		"What happens to your money when a request goes wrong. The tests write this page: each cell is an execution in n8n's own engine against a stand-in of the provider, and the stand-in's books are the judge. To write it anew, run `UPDATE_DOCS=1 npm run test:engine -- moneyMatrix`.",
		'',
		'- **✓**: one job for each that was asked for, all results delivered, and the budget counts exactly these.',
		'- **unknown**: the request may or may not have made the job, and nobody can tell. The item says `outcome: "unknown"` with what to do, the budget counts it, and the pack does not send it again. In brackets: how many jobs the provider made. It is never more than was asked for.',
		'- **½**: the provider accepted one of two requests and refused the other for as long as the node waited. The item has what came, says what is missing and why, and the budget counts only what was made.',
		'- **½ + unknown**: of two requests one was accepted and the other has an unknown outcome. The item has what came, and says that the rest may be paid.',
		'',
		'The ways to come back to the item:',
		'',
		"- **In the node**: the request goes wrong once, and the node's own repetitions and look-ups follow.",
		"- In all others the provider is away after that, until the next attempt, and Max Wait of the first one is 6 seconds. **Retry On Fail** is n8n's setting of the node. **Retry** repeats the execution. **New run** is another execution of the workflow, with the same request. If the first run has already given the item, Image Poll finishes it instead. **Two Retries at once** are two repetitions side by side. **Stop, then a new run**: the execution is stopped as soon as the provider has received the request, and the workflow is started again at once.",
		'',
		'`kill -9` and a real n8n process: see `test/n8n`. The opposite, that whoever asks for a new picture gets one: see `test/engine/moneyMatrixOpposite.test.ts`.',
		'',
		'## Summary',
		'',
		'Faults after which everything is delivered and nothing is paid twice. After all others the item says what is unknown or missing; no cell has a second payment.',
		'',
		summaryTable(verdicts),
		'',
		...rows.flatMap((row) => [
			`## ${row.title}`,
			'',
			table(
				['Fault', ...ways],
				faults.flatMap((fault) =>
					verdicts.get(row)?.has(fault) ? [[fault.title, ...ways.map((way) => shown(row, fault, way))]] : [],
				),
			),
			'',
		]),
	].join('\n');
}

function table(head: readonly string[], body: ReadonlyArray<readonly string[]>): string {
	const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
	return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}
