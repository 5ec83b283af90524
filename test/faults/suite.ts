import { setTimeout as sleep } from 'node:timers/promises';
import { startEngine, stopEngine } from '../engine/harness';
import { retryDefaults } from '../../jobs/runtime/retry';
import { downloadTimes } from '../../nodes/pictures/downloadTime';
import { type Baseline, type Cell, runBaseline, runCell } from './cell';
import { Lateness } from './lateness';
import type { PlannedCell, Row } from './plan';
import { standIns } from './standIns';
import { type Seen, verdictOf } from './table';
import { downloadMs, exportMs } from './verb';

/** Number of cells that run at one time. Most of their time they wait. */
const maxAtOnce = 24;
/** Delay of the event loop, ms. Above this delay no further cell begins: time-outs would come from a busy machine. */
const maxLateMs = 60;
/** An endpoint honours a Retry-After for two minutes. Here it is shorter, so that the repeat need not wait for it. */
const longestRetryAfterMs = 5_000;
/** What may remain at the end: idle connections to sandboxes that are already closed, and timers of jest. */
const maxLeft = 12;

/** Defines the tests of these cells: one for each row. `results` has the results after them. */
export function faultSuite(cells: readonly PlannedCell[], seed: number): { results: Map<PlannedCell, Seen> } {
	const results = new Map<PlannedCell, Seen>();
	const running = new Map<PlannedCell, Promise<Cell | null>>();
	const warnings: string[] = [];
	const onWarning = ({ name, message }: Error) => void warnings.push(`${name}: ${message}`);
	const rows = [...new Set(cells.flatMap(({ row, missing }) => (missing === null ? [row] : [])))];
	const presets = [downloadTimes, retryDefaults].map((times) => [times, { ...times }] as const);
	let lateness: Lateness;

	beforeAll(async () => {
		process.stdout.write(`\nSeed ${seed}: ${repeatCommand(seed)}\n`);
		await startEngine();
		Object.assign(downloadTimes, {
			graceMs: downloadMs,
			longestMs: exportMs,
		});
		retryDefaults.longestRetryAfterMs = longestRetryAfterMs;
		process.on('warning', onWarning);
		lateness = new Lateness();
		start(cells, seed, lateness, running);
	});
	afterAll(async () => {
		lateness.stop();
		process.off('warning', onWarning);
		for (const [times, preset] of presets) Object.assign(times, preset);
		await stopEngine();
	});

	it.each(rows.map((row): [string, Row] => [row.id, row]))(
		'%s',
		async (_id, row) => {
			const problems: string[] = [];
			for (const cell of cells.filter((one) => one.row === row)) {
				const seen = await verdictOf(cell, running.get(cell));
				results.set(cell, seen);
				if (seen.problems.length > 0)
					problems.push(`${cell.id}: ${seen.problems.join('; ')}\n  ${repeatCommand(seed, cell.id)}`);
				// Without a fault it already fails: the other cells would only say the same.
				if (seen.shown === '✗' && seen.cell === null) break;
			}
			expect(problems).toEqual([]);
		},
		900_000,
	);

	it('leaves no connection, timer or listener behind', async () => {
		await Promise.allSettled(running.values());
		await standIns.closeAll();
		let left = process.getActiveResourcesInfo();
		for (let tries = 0; tries < 40 && left.length > maxLeft; tries++) {
			await sleep(100);
			left = process.getActiveResourcesInfo();
		}
		expect(left.length > maxLeft ? left : []).toEqual([]);
		expect(warnings).toEqual([]);
	}, 60_000);

	return { results };
}

/** The command that repeats one cell, or all. */
const repeatCommand = (seed: number, id?: string) =>
	`npm run test:faults -- --seed ${seed}${id === undefined ? '' : ` --only ${id}`}`;

/** Starts the cells one after the other, each row with a run without a fault. */
function start(
	cells: readonly PlannedCell[],
	seed: number,
	lateness: Lateness,
	running: Map<PlannedCell, Promise<Cell | null>>,
): void {
	let atOnce = 0;
	let turn = Promise.resolve();
	const queued = async <T>(work: () => Promise<T>): Promise<T> => {
		turn = turn.then(async () => {
			while (atOnce >= maxAtOnce || lateness.last > maxLateMs) await sleep(10);
			atOnce++;
			// The next one begins when the event loop has come to this one.
			await sleep(5);
		});
		await turn;
		return await work().finally(() => atOnce--);
	};
	const baselines = new Map<Row, Promise<Baseline>>();
	for (const cell of cells.filter(({ missing }) => missing === null)) {
		const baseline = baselines.get(cell.row) ?? queued(() => runBaseline(cell.row));
		baselines.set(cell.row, baseline);
		const result = (async () => {
			const normal = await baseline;
			if (normal.problems.length > 0) throw new Error(`Without a fault: ${normal.problems.join('; ')}`);
			return normal.hits === 0 ? null : await queued(() => runCell(cell, { seed, baseline: normal, lateness }));
		})();
		result.catch(() => undefined);
		running.set(cell, result);
	}
}
