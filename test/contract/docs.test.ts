import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ICredentialType, INodeTypeDescription } from 'n8n-workflow';
import { errorCodes } from '../../model/errors';
import { providers } from '../../providers/registry';
import { anchorsOf, brokenLinks, labelsIn, pages, scriptsIn, textOf } from '../support/markdown';
import { credentialOf, filesOf, nodeNames, nodeOf, root } from '../support/providerFiles';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };

describe.each(pages())('%s', (page) => {
	it('leads only to files and headings that exist', () => {
		expect(brokenLinks(page)).toEqual([]);
	});

	it('names only commands that exist', () => {
		expect(scriptsIn(page).filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
	});
});

/** Texts of n8n's own editor that the tutorial quotes, as n8n 2.40 shows them. */
const ofN8n = [
	'Add first step…',
	'Add option',
	'Add to workflow',
	'Binary',
	'Create credential',
	'Create workflow',
	'Edit Output',
	'Execute step',
	'Execute workflow',
	'Expression',
	'JSON',
	'Retry',
	'Save',
	'Select Credential',
	'Trigger manually',
	'View',
];

/** Terms that the tutorial introduces in italics. */
const terms = ['provider', '提供商'];

/** Every text that the editor shows of a node or credential: names of fields, choices, outputs and actions. */
function labelsOf(description: INodeTypeDescription | ICredentialType): string[] {
	const found: string[] = [];
	const visit = (value: unknown): void => {
		if (Array.isArray(value)) value.forEach(visit);
		else if (typeof value === 'object' && value !== null)
			for (const [key, part] of Object.entries(value))
				if (typeof part === 'string' && ['displayName', 'name', 'action'].includes(key)) found.push(part);
				else if (key === 'outputNames' && Array.isArray(part)) found.push(...(part as string[]));
				else visit(part);
	};
	visit({ ...description });
	return found;
}

it.each(['docs/tutorial.md', 'docs/zh/tutorial.md'])('%s quotes the labels of the editor as they are', (page) => {
	const known = new Set([
		...ofN8n,
		...terms,
		...nodeNames().flatMap((name) => labelsOf(nodeOf(name).description)),
		...providers.flatMap((provider) => labelsOf(credentialOf(filesOf(provider)))),
	]);
	const quoted = labelsIn(page);
	expect(quoted.length).toBeGreaterThan(20);
	expect(quoted.filter((label) => !known.has(label))).toEqual([]);
});

it('the page of error codes has a section for each code, and no other', () => {
	const anchors = anchorsOf('docs/errors.md');
	expect(anchors).toEqual(['error-codes', ...errorCodes.map((code) => code.toLowerCase()), 'unknown-outcome']);
	for (const code of errorCodes) expect(textOf('docs/errors.md')).toContain(`[\`${code}\`](#${code.toLowerCase()})`);
});

it('the index of the docs names every page', () => {
	const own = pages().filter((page) => /^docs\/[^/]+\.md$/.test(page) && page !== 'docs/README.md');
	expect(own.filter((page) => !textOf('docs/README.md').includes(`(${page.slice('docs/'.length)})`))).toEqual([]);
});
