import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allCells } from './plan';
import { recordFigure } from '../support/figures';
import { faultSuite } from './suite';
import { fullTable, summaryTable } from './table';

jest.mock('../../http/apiClient', () =>
	jest.requireActual<typeof import('../support/impatience')>('../support/impatience').impatientClient(),
);
jest.mock('../../sandbox/shared/pictures', () =>
	jest.requireActual<typeof import('./smallPictures')>('./smallPictures').smallPictures(),
);

const only = process.env['FAULTS_ONLY'];
const seed = Number(process.env['FAULTS_SEED'] ?? Math.floor(Math.random() * 1e6));
const artifacts = join(__dirname, '../artifacts');

const chosen = allCells.filter(
	({ id }) => only === undefined || id === only || id.startsWith(`${only}/`) || new RegExp(`^${only}$`).test(id),
);
const { results } = faultSuite(chosen, seed);

it('prints the table', () => {
	mkdirSync(artifacts, { recursive: true });
	writeFileSync(join(artifacts, 'faults.txt'), `Seed ${seed}\n\n${fullTable(results)}\n`);
	const held = [...results.values()].filter(({ shown }) => shown === '✓').length;
	const failed = [...results.values()].filter(({ shown }) => shown === '✗').length;
	if (only === undefined) recordFigure('faults.books', `${held} of ${held + failed} cells hold`);
	process.stdout.write(`\n${chosen.length < 100 ? fullTable(results) : summaryTable(results)}\n`);
});
