import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faults } from '../faults/faults';
import { faultsPage } from '../faults/page';
import { allCells, rows, shortSet } from '../faults/plan';
import { kits } from '../support/conformanceKits';

it('docs/faults.md lists every fault and every verb', () => {
	const page = join(__dirname, '../../docs/faults.md');
	const text = faultsPage();
	if (process.env['UPDATE_DOCS'] === '1') writeFileSync(page, text);
	expect(readFileSync(page, 'utf8')).toBe(text);
});

it('there are at least 25 faults, and every provider has rows', () => {
	expect(faults.length).toBeGreaterThanOrEqual(25);
	expect(new Set(faults.map(({ id }) => id)).size).toBe(faults.length);
	expect(new Set(rows.map(({ kit }) => kit.backend.id))).toEqual(new Set(kits.map(({ backend }) => backend.id)));
	expect(new Set(allCells.map(({ id }) => id)).size).toBe(rows.length * faults.length);
});

it.each([1, 2, 3])('the short set has each fault and each row (seed %i)', (seed) => {
	const chosen = shortSet(seed);
	const possible = allCells.filter(({ missing }) => missing === null);
	expect(new Set(chosen.map(({ fault }) => fault))).toEqual(new Set(faults));
	expect(new Set(chosen.map(({ row }) => row))).toEqual(new Set(possible.map(({ row }) => row)));
	expect(chosen.length).toBeLessThan(75);
	expect(shortSet(seed)).toEqual(chosen);
});
