import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../lib/paths';

const folder = join(projectRoot, 'docs', 'decisions');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const records = readdirSync(folder)
	.filter((name) => name !== 'README.md')
	.sort();
const index = read('README.md');

/** The row that the index must have for a record, from the record itself. */
function rowOf(name: string): string {
	const text = read(name);
	const part = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? `nothing that matches ${String(pattern)}`;
	const [number, title] = [part(/^# (\d{4})\. /), part(/^# \d{4}\. (.+)$/m)];
	const [date, status] = [part(/^- Date: (\d{4}-\d{2}-\d{2})$/m), part(/^- Status: (.+)$/m)];
	return `| [${number}](${name}) | ${title} | ${date} | ${status} |`;
}

it('the index names every record with its title, date and status, and nothing else', () => {
	const rows = index.split('\n').filter((line) => line.startsWith('| ['));
	expect(rows).toEqual(records.map(rowOf));
});

it('the numbers of the records are consecutive', () => {
	expect(records.map((name) => Number(name.slice(0, 4)))).toEqual(records.map((_, position) => position + 1));
});

it.each(records)('%s has context, decision and consequence in 5 to 15 lines', (name) => {
	const text = read(name);
	for (const part of ['Context', 'Decision', 'Consequence'])
		expect(text).toMatch(new RegExp(`^\\*\\*${part}\\.\\*\\* `, 'm'));
	const lines = text.trimEnd().split('\n').length;
	expect(lines).toBeGreaterThanOrEqual(5);
	expect(lines).toBeLessThanOrEqual(15);
});

it('docs/design.md links to the index', () => {
	expect(readFileSync(join(projectRoot, 'docs', 'design.md'), 'utf8')).toContain('(decisions/README.md)');
});
