import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/lib/paths';

const folder = join(projectRoot, 'test', 'figures');

/**
 * Keeps a figure that a test has measured, for docs/reliability.md. It does nothing without `UPDATE_DOCS=1`.
 * `npm run generate` then writes the page.
 * @param id as in `test/support/promises.ts`, such as `webhooks.forged`
 * @param figure a short text with its unit, such as `0 of 12 ran`
 */
export function recordFigure(id: string, figure: string): void {
	if (process.env['UPDATE_DOCS'] === '1') keepFigure(id, figure);
}

/** As `recordFigure`, for a benchmark: it always keeps the figure. */
export function keepFigure(id: string, figure: string): void {
	if (!/^[a-z]+\.[a-zA-Z]+$/.test(id)) throw new Error(`"${id}" is not the id of a figure`);
	mkdirSync(folder, { recursive: true });
	// A file for each, because test files run at the same time.
	writeFileSync(join(folder, `${id}.json`), `${JSON.stringify({ figure })}\n`);
}

/** The figures of the last runs, by id. */
export function figures(): ReadonlyMap<string, string> {
	const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
	return new Map(
		names.map((name) => [
			name.slice(0, -'.json'.length),
			(JSON.parse(readFileSync(join(folder, name), 'utf8')) as { figure: string }).figure,
		]),
	);
}
