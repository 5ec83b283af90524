import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/lib/n8nInstance';
import { type Figure, tableOf, toSvg } from '../report';
import { keepFigure } from '../../test/support/figures';
import { plotsOf } from './judge';
import type { SoakOptions, SoakResult } from './soak';

const docs = join(projectRoot, 'docs');

/** Writes docs/soak.md and its curves. */
export function writePage(
	{ minutes, workers, seed }: Pick<SoakOptions, 'minutes' | 'workers' | 'seed'>,
	result: SoakResult,
	figures: readonly Figure[],
): void {
	const plots = plotsOf(result);
	mkdirSync(join(docs, 'images'), { recursive: true });
	for (const plot of plots) writeFileSync(join(docs, 'images', plot.file), `${toSvg(plot)}\n`);
	const { books, runs, faults, webhooks } = result;
	const { polled, recovered } = result.settled;
	const total = Object.values(runs).reduce((sum, count) => sum + count, 0);
	const text = [
		'# Soak',
		'',
		`One n8n process works for ${minutes} minutes, with ${workers} pipelines at a time, against the sandboxes of ` +
			'all providers. Random requests fail in every way that the sandboxes know. `npm run soak` measures it ' +
			`and writes this page (${cpus().length} cores that also did other work, Node.js ` +
			`${process.versions.node}, seed ${seed}).`,
		'',
		`- **Pipelines**: ${total}. Generate and wait, submit and poll, the bundled Batch with an uploaded table, ` +
			'fallback to another provider, convert, ZIP and contact sheet, cancel, stop and run again. ' +
			'Webhooks and two Image Jobs Triggers start workflows meanwhile.',
		`- **Faults**: ${faults}, each for the next one or two requests of a random route. They are the kinds of ` +
			'the [sandbox](../sandbox/README.md): no connection, no answer, errors before and after the job was ' +
			'accepted, answers that are cut off, garbage or too large.',
		`- **Prompts**: ${books.prompts}, one image each. ${books.paid} were paid and ${books.delivered} delivered. ` +
			`${polled} of the items said that they wait or that their image did not come. Image Poll finished ` +
			`${polled - recovered} of them, and Image Jobs was asked for the other ${recovered}. ${books.unknown} ` +
			`items say that the outcome is unknown. ${books.failedUnpaid} failed, and nothing was paid for them.`,
		`- **Webhooks**: ${webhooks.delivered} were accepted. ${webhooks.forgedSent} more had a wrong signature.`,
		...books.problems.map((problem) => `- **Violation**: ${problem.split(', {')[0]}.`),
		'',
		...tableOf(figures),
		'',
		'Growth is the slope by Theil and Sen over the second and the last third: the median of the slopes ' +
			'between all pairs of samples. In the first third caches fill. A sample is taken every 5 seconds, and ' +
			'of the heap every 30 seconds.',
		'',
		...plots.map(({ file, title }) => `![${title}](images/${file})\n`),
	].join('\n');
	writeFileSync(join(docs, 'soak.md'), `${text.trimEnd()}\n`);
}

/** Keeps the figures that docs/reliability.md shows. */
export function keepFigures({ books }: SoakResult, figures: readonly Figure[], minutes: number): void {
	const valueOf = (name: string) => figures.find((figure) => figure.name === name)?.value ?? NaN;
	const grown = (name: string) => valueOf(`${name}, growth after the first third`);
	const last = (name: string) => valueOf(`${name}, median of the last third`);
	keepFigure('soak.books', `${books.paid} paid, ${books.problems.length} twice or lost`);
	const heap = 'JavaScript heap after a garbage collection';
	keepFigure('soak.memory', `${last(heap)} MB, ${grown(heap)} MB more an hour (${minutes} minutes)`);
	keepFigure('soak.sockets', `${last('open sockets')}, ${grown('open sockets')} more an hour`);
	keepFigure('soak.delay', `99 % within ${valueOf('delay of the event loop, p99 of 5 s: median')} ms`);
}
