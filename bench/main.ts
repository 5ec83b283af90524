import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../scripts/lib/n8nInstance';
import { growth } from './growth';
import { connections, perItem } from './items';
import { intake } from './intake';
import { journal } from './journal';
import { makespan } from './makespan';
import { memory } from './memory';
import { type Figure, isMet, type Report, toMarkdown, toSvg } from './report';
import { BenchStage } from './stage';
import { start } from './start';
import { waiting } from './waiting';

/** In the order of their numbers. Each benchmark that needs n8n gets its own instance, without data of the others. */
const benchmarks: Record<
	string,
	(withStage: <T>(run: (stage: BenchStage) => Promise<T>) => Promise<T>) => Promise<Report[]>
> = {
	makespan: async (withStage) => await withStage(makespan),
	waiting: async (withStage) => [await waiting(withStage)],
	items: async (withStage) => [await withStage(perItem)],
	connections: async (withStage) => [await withStage(connections)],
	memory: async (withStage) => [await memory(withStage)],
	start: async (withStage) => [await withStage(start)],
	intake: async (withStage) => [await withStage(intake)],
	growth: async () => [await growth()],
	journal: async () => [await journal()],
};

const results = join(projectRoot, 'bench', 'results');

async function withStage<T>(run: (stage: BenchStage) => Promise<T>): Promise<T> {
	const stage = await BenchStage.open();
	try {
		return await run(stage);
	} finally {
		await stage.close();
	}
}

/** Earlier results of the benchmarks that do not run now, so that a single one can be repeated. */
function earlier(): Report[] {
	try {
		return JSON.parse(readFileSync(join(results, 'results.json'), 'utf8')) as Report[];
	} catch {
		return [];
	}
}

/** A figure as one line of the console. */
function lineOf(figure: Figure): string {
	const { name, value, warm, unit } = figure;
	const shown = (number: number) => `${Number(number.toPrecision(4))} ${unit}`;
	const values = warm === undefined ? shown(value) : `${shown(value)}, warm ${shown(warm)}`;
	return `${name}: ${values}${isMet(figure) === false ? '   MISSED' : ''}`;
}

async function main(names: readonly string[]): Promise<void> {
	const chosen = names.length > 0 ? names : Object.keys(benchmarks);
	const reports = new Map(earlier().map((report) => [report.id, report]));
	for (const name of chosen) {
		const run = benchmarks[name];
		if (!run) throw new Error(`There is no benchmark "${name}"; there are ${Object.keys(benchmarks).join(', ')}`);
		console.log(`\n── ${name}`);
		const before = Date.now();
		for (const report of await run(withStage)) {
			reports.set(report.id, report);
			console.log(report.title);
			for (const figure of report.figures) console.log(`  ${lineOf(figure)}`);
		}
		console.log(`(${Math.round((Date.now() - before) / 1000)} s)`);
	}
	const order = [
		'makespan',
		'requests',
		'delay',
		'waiting',
		'items',
		'connections',
		'memory',
		'start',
		'intake',
		'growth',
		'journal',
	];
	const all = order.flatMap((id) => reports.get(id) ?? []);
	mkdirSync(results, { recursive: true });
	writeFileSync(join(results, 'results.json'), `${JSON.stringify(all, null, '\t')}\n`);
	writeFileSync(
		join(results, 'README.md'),
		toMarkdown(all, `${cpus().length} cores, Node.js ${process.versions.node}.`),
	);
	for (const plot of all.flatMap(({ plots = [] }) => plots))
		writeFileSync(join(results, plot.file), `${toSvg(plot)}\n`);
	console.log(
		JSON.stringify(
			Object.fromEntries(
				all.map(({ id, figures }) => [
					id,
					Object.fromEntries(
						figures.flatMap(({ name, value, warm }) => [
							[name, Number(value.toPrecision(4))],
							...(warm === undefined ? [] : [[`${name}, warm`, Number(warm.toPrecision(4))]]),
						]),
					),
				]),
			),
		),
	);
}

main(process.argv.slice(2)).catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
