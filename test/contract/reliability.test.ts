import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { figures } from '../support/figures';
import { promises } from '../support/promises';
import { root } from '../support/providerFiles';
import { reliabilityPage, shownStatements } from '../support/reliabilityPage';
import type { Statement } from '../support/statements';

const statements = promises.flatMap((promised) => promised.statements);
const shown = shownStatements().flatMap((promised) => promised.statements);

it.each(shown.map(({ statement }): [string, Statement] => [statement.says, statement]))(
	'%s (its test exists)',
	(_says, { file, title, figure }) => {
		expect(existsSync(join(root, file))).toBe(true);
		const text = readFileSync(join(root, file), 'utf8');
		if (file.endsWith('.test.ts')) expect(title).toBeDefined();
		if (title !== undefined) expect(text).toContain(title);
		if (figure !== undefined && file.endsWith('.test.ts')) expect(text).toContain(`'${figure}'`);
	},
);

it('every figure of a benchmark that a statement names exists', () => {
	const missing = shown.filter(({ statement, figure }) => statement.bench && figure === '');
	expect(missing.map(({ statement }) => statement.bench)).toEqual([]);
});

it('every recorded figure is on the page', () => {
	const named = new Set(statements.map(({ figure }) => figure));
	expect([...figures().keys()].filter((id) => !named.has(id))).toEqual([]);
});

it('docs/reliability.md is what the figures say; npm run generate writes it', () => {
	const page = join(root, 'docs', 'reliability.md');
	if (process.env['UPDATE_DOCS'] === '1') writeFileSync(page, reliabilityPage());
	expect(readFileSync(page, 'utf8')).toBe(reliabilityPage());
});
