import { providerById } from '../../providers/registry';
import { allKits, nameOf } from '../support/conformanceKits';
import { faults } from './faults';
import { allCells } from './plan';
import { verbs } from './verbs';

/** The content of docs/faults.md. It follows from the lists alone; the run proves that every cell holds. */
export function faultsPage(): string {
	return [
		'# Faults',
		'',
		'This page lists the faults that every step of every node is tested under. Each cell is a provider, a ' +
			"verb (a step of a node) and a fault. It is an execution in n8n's own engine. Between the node and the " +
			'sandbox of the provider stands a proxy that damages the connection. The fault lasts for the whole ' +
			'execution. Then it is lifted, and the execution is repeated. [Reliability](reliability.md) has the ' +
			'ways to repeat a paid request.',
		'',
		'`npm run test:faults` runs all cells, and prints one line for each verb. `npm test` runs a short set, ' +
			'in which each fault and each row occurs. The command takes `--seed 7` and ' +
			'`--only zImage/poll/reset-before`. What is random, such as the position of a cut, comes from the seed. ' +
			'A failure prints the command that repeats its cell.',
		'',
		'A cell holds if all of this is true:',
		'',
		'- Each input item has an item with its result, its pending job, or an error with one of [these ' +
			'codes](errors.md).',
		'- The execution ends within *Max Wait* and the time for downloads. A node without *Max Wait* ends within ' +
			'the time-outs of its requests.',
		'- The provider made and charged no more jobs than requested.',
		'- After the execution no request is open.',
		'- After the fault, the same execution delivers every image once, or the item has `outcome: "unknown"`. Only ' +
			'a paid request to a provider without an idempotency key may have an unknown outcome.',
		'- If the fault is harmless, the first execution delivers everything.',
		'',
		'`test/artifacts/faults.txt` has a line for each cell of the last run:',
		'',
		table(
			['column', 'meaning'],
			[
				['(first)', '✓ the cell holds, ✗ it does not, – the row cannot have the fault'],
				['provider, verb, fault', 'The three parts of the cell'],
				['items', 'Items of the node, of the items that it should return; or why the cell is –'],
				['error code', '`job.error.code` of the items; `none`: no error; `node:` the node failed as a whole'],
				['time', 'Time of the execution under the fault, and its limit with the grace'],
				['books', 'What the provider made and charged before the repeat'],
			],
		),
		'',
		'## Faults',
		'',
		table(
			['fault', 'what happens', 'harmless', 'needs'],
			faults.map(({ id, title, isHarmless, needs }) => [
				`\`${id}\``,
				title,
				isHarmless ? 'yes' : '',
				needs ?? '',
			]),
		),
		'',
		'## Verbs',
		'',
		'The numbers are the faults that a row can have. An empty cell says that the provider has no such step.',
		'',
		table(
			['verb', 'what the fault hits', ...allKits.map(nameOf)],
			verbs.map((verb) => [
				`\`${verb.id}\``,
				verb.title,
				...allKits.map((kit) => {
					const { capabilities } = providerById(kit.backend.id);
					if (verb.missing(kit, capabilities) !== null) return '';
					const own = allCells.filter(({ row }) => row.verb === verb && row.kit === kit);
					return String(own.filter(({ missing }) => missing === null).length);
				}),
			]),
		),
		'',
		'A row whose images come inside the answer sends no request for them. Its cells are shown as – in the run.',
		'',
	].join('\n');
}

function table(head: readonly string[], body: ReadonlyArray<readonly string[]>): string {
	const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
	return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}
