import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../../scripts/lib/n8nInstance';
import { isMet } from '../report';
import { figuresOf } from './judge';
import { keepFigures, writePage } from './page';
import { soak, type SoakResult } from './soak';

const { values } = parseArgs({
	options: {
		minutes: { type: 'string', default: '30' },
		seed: { type: 'string', default: '1' },
		/** Pipelines at a time. */
		workers: { type: 'string', default: '4' },
		/** Writes heap snapshots after the first third and at the end. */
		snapshots: { type: 'boolean', default: false },
		/** Runs nothing, and judges the samples of the last run again. */
		again: { type: 'boolean', default: false },
	},
});

/** A shorter run shows whether everything works. Its slopes mean little, so it does not replace the page. */
const minMinutesOfPage = 20;
const samplesFile = join(projectRoot, '.n8n', 'logs', 'soak.json');

async function main(): Promise<void> {
	const options = {
		minutes: Number(values.minutes),
		seed: Number(values.seed),
		workers: Number(values.workers),
		snapshots: values.snapshots,
	};
	const result = values.again
		? (JSON.parse(readFileSync(samplesFile, 'utf8')) as SoakResult)
		: await soak({ ...options, log: (line) => console.log(line) });
	writeFileSync(samplesFile, JSON.stringify(result));
	const { samples: _samples, ...rest } = result;
	console.log(JSON.stringify(rest, null, 1));
	const figures = figuresOf(result);
	for (const figure of figures)
		console.log(`${figure.name}: ${figure.value} ${figure.unit}${isMet(figure) === false ? '   MISSED' : ''}`);
	if (options.minutes >= minMinutesOfPage) {
		writePage(options, result, figures);
		keepFigures(result, figures, options.minutes);
	}
	process.exitCode = figures.some((figure) => isMet(figure) === false) ? 1 : 0;
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
