import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { IConnections, IDataObject, INode } from 'n8n-workflow';
import { Expression } from 'n8n-workflow';

interface Cell {
	name: string;
	type: string;
	value: unknown;
}

const folder = join(__dirname, '..', '..', 'workflows');
const workflows = readdirSync(folder)
	.filter((name) => name.endsWith('.json'))
	.map((file) => ({
		file,
		...(JSON.parse(readFileSync(join(folder, file), 'utf8')) as { nodes: INode[]; connections: IConnections }),
	}));

const cellsOf = ({ parameters }: INode) => (parameters['assignments'] as { assignments: Cell[] }).assignments;

/** The nodes whose items become the rows of a table. */
const feeds = workflows.flatMap(({ file, nodes, connections }) => {
	const tables = nodes.filter(({ type }) => type === 'n8n-nodes-base.convertToFile').map(({ name }) => name);
	return nodes
		.filter(({ name }) => connections[name]?.['main']?.flat().some((next) => next && tables.includes(next.node)))
		.map((node): [string, string, INode] => [file, node.name, node]);
});

const cells = feeds.flatMap(([file, node, { type, ...rest }]) =>
	type === 'n8n-nodes-base.set'
		? cellsOf({ type, ...rest })
				.filter((cell) => cell.type === 'string' && String(cell.value).startsWith('='))
				.map((cell): [string, string, string, string] => [file, node, cell.name, String(cell.value)])
		: [],
);

/** What n8n makes of an expression, with the same globals as in an execution. */
function evaluated(expression: string, $json: IDataObject): unknown {
	const data: IDataObject = { $json };
	Expression.initializeGlobalContext(data);
	return Expression.resolveWithoutWorkflow(expression.slice(1), data);
}

const guard = /\.replace\((\/.*?\/), ("[^"]*")\) \}\}$/;
/** The part of a cell's expression that makes its text safe. */
const guards = [...new Set(cells.map(([, , , value]) => guard.exec(value)?.[0] ?? value))];
/** A failure with this message, as a cell contains it. */
const cell = (message: string) =>
	String(
		evaluated(cells.find(([, node, name]) => node === 'Failure' && name === 'reason')?.[3] ?? '', failed(message)),
	);
const failed = (message: string): IDataObject => ({ job: { error: { message } } });

const signs = ['=', '+', '-', '@', '\t', '\r', '\n'];

it('every table has only rows whose cells are listed', () => {
	expect(feeds.length).toBeGreaterThan(5);
	expect(feeds.filter(([, , { type }]) => type !== 'n8n-nodes-base.set')).toEqual([]);
});

it('every text in a cell passes the same expression', () => {
	expect(guards).toHaveLength(1);
	expect(guards[0]).toMatch(guard);
});

it('a cell that a spreadsheet would read as a formula begins with an apostrophe, and no other cell changes', () => {
	for (const sign of signs) expect(cell(`${sign}cmd|' /C calc'!A0`)).toBe(`'${sign}cmd|' /C calc'!A0`);
	expect(cell("'=1")).toBe("''=1");
	for (const text of ['', 'A red fox', "'quoted'", 'a=b', '森林', '/data/a.png', '$&']) expect(cell(text)).toBe(text);
});

it('a failures table is read back as it was written', () => {
	const row = workflows.find(({ file }) => file === 'batch.json')?.nodes.find(({ name }) => name === 'Row');
	const read = (name: string) => String((row ? cellsOf(row) : []).find((one) => one.name === name)?.value);
	const texts = fc
		.tuple(fc.constantFrom(...signs, "'", "'=", "''-", ''), fc.string({ unit: 'grapheme' }))
		.map((parts) => parts.join('').trim());
	fc.assert(
		fc.property(texts, (text) => {
			for (const name of ['prompt', 'aspectRatio'])
				expect(evaluated(read(name), { [name]: cell(text) })).toBe(text);
			const key = `${text}1`;
			expect(evaluated(read('rowKey'), { rowKey: cell(key) })).toBe(key);
		}),
	);
});
