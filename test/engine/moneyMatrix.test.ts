import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cell, runCell, type Way, ways } from '../support/matrixCell';
import { recordFigure } from '../support/figures';
import { type MatrixFault, faults } from '../support/matrixFaults';
import { type Row, rows } from '../support/matrixRows';
import { matrixPage, summaryTable, type Verdict, verdictOf } from '../support/matrixTable';
import { startEngine, stopEngine } from './harness';

// If a server never answers, the request times out soon.
jest.mock('../../http/apiClient', () =>
	jest.requireActual<typeof import('../support/impatience')>('../support/impatience').impatientClient(),
);

/** Limits a run to some cells while debugging; the page is then not compared. */
const only = process.env['MATRIX_ONLY'] ? new RegExp(process.env['MATRIX_ONLY']) : null;
const page = join(__dirname, '../../docs/money-matrix.md');

/** Number of cells that run at one time. Most of their time they wait. */
const maxAtOnce = 160;
/** Delay of the event loop, ms. Above this delay no further cell begins: time-outs would come from a busy machine. */
const maxLateMs = 40;

interface Planned {
	row: Row;
	fault: MatrixFault;
	way: Way;
	cell: Promise<Cell>;
}

const planned: Planned[] = [];
const verdicts = new Map<Row, Map<MatrixFault, Map<Way, Verdict>>>();

/** Starts the cells one after the other. */
function plan(): void {
	let atOnce = 0;
	let turn = Promise.resolve();
	const inTurn = async () => {
		for (;;) {
			const before = performance.now();
			await sleep(5);
			if (atOnce < maxAtOnce && performance.now() - before < 5 + maxLateMs) break;
		}
		atOnce++;
	};
	for (const way of ways) {
		for (const fault of faults) {
			for (const row of rows) {
				if (fault.older && !row.older) continue;
				if (only && !only.test(`${row.title} / ${fault.title} / ${way}`)) continue;
				turn = turn.then(inTurn);
				const cell = turn.then(async () => await runCell(row, fault, way)).finally(() => atOnce--);
				cell.catch(() => undefined);
				planned.push({ row, fault, way, cell });
			}
		}
	}
}

beforeAll(async () => {
	await startEngine();
	plan();
});
afterAll(stopEngine);

describe.each(rows.map((row): [string, Row] => [row.title, row]))('%s', (_title, row) => {
	it.each(ways)(
		'%s: never paid twice, and delivered or reported as unknown',
		async (way) => {
			const problems: string[] = [];
			for (const { fault, cell } of planned.filter((one) => one.row === row && one.way === way)) {
				const verdict = await cell.then(
					(seen) => verdictOf(row, fault, seen),
					(thrown: unknown): Verdict => ({ shown: '✗', problem: String(thrown) }),
				);
				const ofRow = verdicts.get(row) ?? new Map<MatrixFault, Map<Way, Verdict>>();
				const ofFault = ofRow.get(fault) ?? new Map<Way, Verdict>();
				verdicts.set(row, ofRow.set(fault, ofFault.set(way, verdict)));
				if (verdict.problem !== null) problems.push(`${fault.title}: ${verdict.problem}`);
			}
			expect(problems).toEqual([]);
		},
		600_000,
	);
});

it('docs/money-matrix.md shows the results of this run', () => {
	const seen = matrixPage(verdicts);
	process.stdout.write(`\n${summaryTable(verdicts)}\n`);
	if (only) return;
	const cells = [...verdicts.values()].flatMap((ofRow) =>
		[...ofRow.values()].flatMap((ofFault) => [...ofFault.values()]),
	);
	const whole = cells.filter(({ shown }) => shown === '✓').length;
	recordFigure('matrix.cells', `${whole} of ${cells.length} delivered, the others reported`);
	recordFigure('matrix.twice', `0 of ${cells.length} paid twice`);
	if (process.env['UPDATE_DOCS'] === '1') writeFileSync(page, seen);
	expect(readFileSync(page, 'utf8')).toBe(seen);
});
