import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type IConnections, type INode, type INodeTypes, Workflow } from 'n8n-workflow';
import { projectRoot } from '../../scripts/lib/paths';
import { readWorkflow } from '../../scripts/lib/workflow';
import { chineseFile, chineseSources, problemsOf, type Source } from '../../scripts/translation/chinese';
import { brokenBold } from '../../scripts/translation/pages';

const sources = chineseSources();
const targetOf = ({ target }: Source) => join(projectRoot, target);
const noTypes = { getByNameAndVersion: () => undefined } as unknown as INodeTypes;

describe.each(sources.map((source): [string, Source] => [source.target, source]))('%s', (_target, source) => {
	it('has a current translation of every text that a person reads', () => {
		expect(problemsOf(source)).toEqual([]);
	});

	it('has what `npm run generate` writes', () => {
		const content = chineseFile(source, sources);
		if (process.env['UPDATE_DOCS'] === '1') {
			mkdirSync(dirname(targetOf(source)), { recursive: true });
			writeFileSync(targetOf(source), content);
		}
		expect(readFileSync(targetOf(source), 'utf8')).toBe(content);
	});

	it('is the same workflow: its nodes have the same names, types and connections', () => {
		const { english } = source;
		const { id, name, nodes, connections } = readWorkflow(targetOf(source));
		const workflow = new Workflow({
			...(id !== undefined && { id }),
			name,
			nodes: nodes as unknown as INode[],
			connections: connections as IConnections,
			active: false,
			nodeTypes: noTypes,
		});
		const added = nodes.filter((node) => !english.nodes.some((original) => original.name === node.name));
		expect(added.map((node) => node.name)).toEqual(['Note: language']);
		expect(added[0]?.position?.every(Number.isFinite)).toBe(true);
		for (const original of english.nodes) {
			expect(workflow.getNode(original.name)).toMatchObject({ type: original.type, id: original.id });
			expect(workflow.getChildNodes(original.name, 'ALL')).toEqual(
				new Workflow({
					nodes: english.nodes as unknown as INode[],
					connections: english.connections as IConnections,
					active: false,
					nodeTypes: noTypes,
				}).getChildNodes(original.name, 'ALL'),
			);
		}
	});

	it('has Chinese in its name and in every note', () => {
		const { name, nodes } = readWorkflow(targetOf(source));
		const notes = nodes.filter(({ type }) => type.endsWith('.stickyNote'));
		for (const text of [name, ...notes.map(({ parameters }) => String(parameters['content']))]) {
			expect(text).toMatch(/\p{Script=Han}/u);
			expect(brokenBold(text)).toEqual([]);
		}
	});
});

it('nothing is left of a workflow that is gone', () => {
	for (const folder of new Set(sources.map(({ target }) => dirname(target)))) {
		const known = sources.flatMap(({ target, textsPath }) => [target, textsPath]);
		const found = [folder, `${folder}/texts`].flatMap((path) =>
			existsSync(join(projectRoot, path))
				? readdirSync(join(projectRoot, path)).map((file) => `${path}/${file}`)
				: [],
		);
		expect(found.filter((path) => /\.json$|texts\/.+\.md$/.test(path) && !known.includes(path))).toEqual([]);
	}
});

it('both languages can be in one n8n: no ID and no address of a webhook is used twice', () => {
	const both = sources.flatMap((source) => [source.english, readWorkflow(targetOf(source))]);
	const used = both.flatMap(({ id, versionId, nodes }) => [
		id,
		versionId,
		...nodes.flatMap(({ type, name, parameters, webhookId }) => [
			webhookId,
			type === 'n8n-nodes-base.webhook' ? `${name} ${String(parameters['path'])}` : undefined,
		]),
	]);
	const values = used.filter((value) => value !== undefined);
	expect(values.filter((value, position) => values.indexOf(value) !== position)).toEqual([]);
});
