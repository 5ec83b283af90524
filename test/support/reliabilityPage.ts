import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/lib/paths';
import { figures } from './figures';
import { promises } from './promises';
import type { Statement } from './statements';

interface BenchReport {
	id: string;
	figures: Array<{ name: string; value: number; unit: string }>;
}

/** The statements that the page shows, with their figures: a dash if one is not recorded, empty if there is none. */
export function shownStatements(): Array<{
	title: string;
	statements: Array<{ statement: Statement; figure: string }>;
}> {
	const recorded = figures();
	const reports = JSON.parse(
		readFileSync(join(projectRoot, 'bench', 'results', 'results.json'), 'utf8'),
	) as BenchReport[];
	const benchFigure = ([report, name]: readonly [string, string]) => {
		const found = reports.find(({ id }) => id === report)?.figures.find((figure) => figure.name === name);
		return found && `${Number(found.value.toPrecision(3))} ${found.unit}`;
	};
	return promises.map(({ title, statements }) => ({
		title,
		statements: statements
			.map((statement) => ({
				statement,
				figure:
					(statement.bench && benchFigure(statement.bench)) ??
					(statement.figure === undefined ? '' : (recorded.get(statement.figure) ?? '–')),
			}))
			.filter(({ statement, figure }) => statement.optional !== true || figure !== '–'),
	}));
}

/** The content of docs/reliability.md. */
export function reliabilityPage(): string {
	const line = ({ statement: { says, file }, figure }: { statement: Statement; figure: string }) =>
		`| ${says} | [\`${file}\`](../${file}) | ${figure} |`;
	return [
		'# Reliability',
		'',
		'The pack makes three promises: nothing paid is lost, nothing is paid twice, and n8n is never slowed down. ' +
			'It also verifies webhooks and keeps secrets. This page breaks the promises down into statements. Each ' +
			'has the test or benchmark that holds it, and the figure of its last run, if it measures one. The tests ' +
			"run against the [sandboxes](../sandbox/README.md), in n8n's own engine or in a real n8n process. The " +
			'jobs in the sandboxes decide the result. A statement without a figure has a test that passes or fails.',
		'',
		...shownStatements().flatMap(({ title, statements }) => [
			`## ${title}`,
			'',
			'| statement | held by | last run |',
			'| --- | --- | --- |',
			...statements.map(line),
			'',
		]),
		'## More',
		'',
		'- [Money matrix](money-matrix.md): each paid operation with each fault and each way to process the item again',
		'- [Soak](soak.md): half an hour of mixed pipelines, with its curves',
		'- [Benchmarks](../bench/results/README.md), [number of requests](requests.md), [mutation tests](mutation.md)',
		'',
		'The figures are in `test/figures`. `UPDATE_DOCS=1 npm test` measures them again, and `npm run generate` ' +
			'writes this page.',
		'',
	].join('\n');
}
