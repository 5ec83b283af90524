import { type Cell, type Way, ways } from './matrixCell';
import { type MatrixFault, faults } from './matrixFaults';
import { type Row, rows } from './matrixRows';

/** The text of a cell, and its violation, if any. */
export interface Verdict {
	shown: string;
	problem: string | null;
}

/** Judges the result of an item. */
export function verdictOf(row: Row, fault: MatrixFault, cell: Cell): Verdict {
	const { jobs, delivered, counted, reported: reported } = cell;
	if (jobs === row.jobs && delivered === row.results && counted === row.images) return { shown: '✓', problem: null };
	const seen =
		`${jobs} of ${row.jobs} jobs, ${delivered} of ${row.results} delivered, ${counted} of ${row.images} ` +
		`images counted, ${reported}: ${cell.note}`;
	// The pack must report an unknown outcome and count its possible cost.
	if (reported === 'unknown' && jobs <= row.jobs && counted === row.images)
		return {
			shown: delivered > 0 ? `½ + unknown (${jobs} of ${row.jobs} made)` : `unknown (${jobs} made)`,
			problem: mayBeUnknown(row, fault, cell) ? null : seen,
		};
	// One of several requests was not accepted: the pack delivers the received results, and counts only them.
	if (
		reported === 'notAccepted' &&
		fault.effect === 'notAccepted' &&
		row.skip !== undefined &&
		delivered > 0 &&
		jobs === delivered &&
		counted === delivered
	)
		return { shown: '½', problem: null };
	return { shown: '✗', problem: seen };
}

function mayBeUnknown({ certainty }: Row, { effect }: MatrixFault, { delivered }: Cell): boolean {
	if (effect === 'notAccepted') return false;
	switch (certainty) {
		case 'key':
			return false;
		// If an item was saved with only a part of its images, the pack does not look it up again.
		case 'look-up':
			return delivered > 0;
		case 'look-up that finds only':
			return delivered > 0 || effect === 'notMade';
		case 'none':
			return true;
	}
}

/** Shown if a row has no such fault. */
const noSuchFault = '';

/** The verdicts by row, fault and way. */
export type Verdicts = ReadonlyMap<Row, ReadonlyMap<MatrixFault, ReadonlyMap<Way, Verdict>>>;

const settledBy: Record<Row['certainty'], string> = {
	key: "repeated under the provider's idempotency key",
	'look-up': "looked up in the provider's list",
	'look-up that finds only': 'looked up; a task that no worker has begun looks the same as a missing task',
	none: 'not settled: the item says so',
};

const shownIn = (verdicts: Verdicts) => (row: Row, fault: MatrixFault, way: Way) =>
	verdicts.get(row)?.get(fault)?.get(way)?.shown ?? noSuchFault;

/** Number of faults after which everything is delivered, by operation and way. */
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

/** The content of docs/money-matrix.md. */
export function matrixPage(verdicts: Verdicts): string {
	const shown = shownIn(verdicts);
	return [
		'# Money matrix',
		'',
		'This page shows what you pay when a request goes wrong. The tests write it. Each cell is an ' +
			"execution in n8n's own engine against a sandbox of the provider, and the jobs in the sandbox " +
			'decide the result. To update the page, run `UPDATE_DOCS=1 npm run test:engine -- moneyMatrix`.',
		'',
		'- **✓**: the provider made exactly the requested jobs. All results are delivered, and the ' +
			'budget counts exactly these.',
		'- **unknown**: the request may or may not have made the job, and the provider offers no way to ' +
			'find out. The item has `outcome: "unknown"` and says what to do. The budget counts it, and the ' +
			'pack does not send it again. The number in brackets is the number of jobs that the provider ' +
			'made. It is never more than requested.',
		'- **½**: the provider accepted one of two requests, and did not accept the other while the node ' +
			'waited. The item has the images that were made, and says which are missing and why. The budget ' +
			'counts only the images that were made.',
		'- **½ + unknown**: the provider accepted one of two requests, and the other has an unknown ' +
			'outcome. The item has the images of the first, and says that the rest may be paid.',
		'',
		'The columns are the ways to process the item again:',
		'',
		'- **In the node**: the request goes wrong once. Then the node itself repeats it or looks the job up.',
		'- In all other columns the provider does not answer after the failure until the next attempt. ' +
			'Max Wait of the first attempt is 6 seconds.',
		"- **Retry On Fail** is n8n's setting of the node.",
		'- **Retry** repeats the execution.',
		'- **New run** is another execution of the workflow with the same request. If the first run has ' +
			'already returned the item, Image Poll finishes it instead.',
		'- **Two Retries at once** repeat the execution twice at the same time.',
		'- **Stop, then a new run**: the execution is stopped as soon as the provider has received the ' +
			'request. The workflow is started again at once.',
		'',
		'`test/n8n` has the tests with `kill -9` and a real n8n process. ' +
			'`test/engine/moneyMatrixOpposite.test.ts` proves the opposite: a request for a new image always ' +
			'gets a new image. ' +
			'[Faults](faults.md) lists what every step of every node is tested under.',
		'',
		'## Summary',
		'',
		'The numbers count the faults after which everything is delivered and nothing is paid twice. ' +
			'After all other faults the item says what is unknown or missing. No cell has a second payment.',
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
