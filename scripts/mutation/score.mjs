import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { partOf } from './area.mjs';

/** The smallest score that passes, in percent. */
export const threshold = 85;

const found = ['Killed', 'Timeout'];
export const missed = ['Survived', 'NoCoverage'];

/** The share of detected mutants among all that could be tested, in total and by part. */
export function scoreOf(results) {
	const valid = results.filter(({ status }) => [...found, ...missed].includes(status));
	const count = (mutants) => {
		const killed = mutants.filter(({ status }) => found.includes(status)).length;
		return {
			mutants: mutants.length,
			killed,
			percent: mutants.length === 0 ? 100 : (100 * killed) / mutants.length,
		};
	};
	const byPart = Map.groupBy(valid, ({ fileName }) => partOf(relative(process.cwd(), fileName)));
	return { all: count(valid), parts: Object.fromEntries([...byPart].sort().map(([part, of]) => [part, count(of)])) };
}

/** A mutant in one line: its location, its status, its code before and after. */
export function lineOf({ fileName, location, status, mutatorName, replacement }) {
	const place = `${relative(process.cwd(), fileName)}:${location.start.line}:${location.start.column}`;
	return `${place} ${status} ${mutatorName}: ${textAt(fileName, location)} → ${replacement}`.replace(/\s+/g, ' ');
}

/** The text at a location. Lines and columns count from 1. */
function textAt(fileName, { start, end }) {
	const lines = readFileSync(fileName, 'utf8')
		.split('\n')
		.slice(start.line - 1, end.line);
	lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1);
	return lines.join('\n').slice(start.column - 1);
}

/** A table in Markdown; the total is the last row. */
export function tableOf({ all, parts }) {
	const row = (name, { mutants, killed, percent }) =>
		`| ${name} | ${mutants} | ${killed} | ${percent.toFixed(1)} % |`;
	return [
		'| Part | Mutants | Killed | Score |',
		'|---|---|---|---|',
		...Object.entries(parts).map(([part, counts]) => row(part, counts)),
		row('all', all),
	].join('\n');
}

/** The content of the page that shows the score. */
export function pageOf(score, size, seed) {
	const half = 196 * Math.sqrt(((score.all.percent / 100) * (1 - score.all.percent / 100)) / score.all.mutants);
	const date = new Date().toISOString().slice(0, 10);
	return `# Mutation score

Stryker changes the code in one place at a time (a mutant) and runs the unit tests that reach the place. A mutant is
killed when a test fails or does not end. The score is the share of the mutants that are killed. \`npm run mutation\`
measures it on a random sample and writes this page; \`npm run mutation -- jobs/polling\` tests all mutants of a folder.

Measured on ${date} with ${size} mutants, seed ${seed}. By the size of the sample, the score of all mutants lies within
${half.toFixed(1)} points of the score below (95 % confidence).

${tableOf(score)}

The parts are \`jobs/\`, \`memory/\`, \`http/\`, and of \`providers/\` the shared files and each provider's mapping,
errors, sessions and look-ups. Only the unit tests of these folders run, not those of the nodes, nor contract and engine
tests. Code that runs only while its module loads is not mutated. Code of the memory's worker thread counts as not
reached where the tests run it in that thread alone.
`;
}
