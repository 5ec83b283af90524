import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ICredentialType, type INodeType, type IVersionedNodeType, NodeHelpers } from 'n8n-workflow';
import type { ProviderDefinition } from '../../providers/provider';

export const root = join(__dirname, '..', '..');

/** Paths of a provider's files. They follow from the provider's id and its credential's name. */
export interface ProviderFiles {
	/** Name of its node's class and folder: `geminiImageApi` gives `GeminiImage`. */
	nodeName: string;
	/** Name of its page: `imageSaas` gives `docs/image-saas.md`. */
	page: string;
	/** Paths of every file that must exist, from the project's root. */
	required: readonly string[];
}

export function filesOf({ id, credential }: Pick<ProviderDefinition, 'id' | 'credential'>): ProviderFiles {
	const nodeName = upperFirst(credential.replace(/Api$/, ''));
	const page = `${id.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.md`;
	const icon = `${nodeName.charAt(0).toLowerCase()}${nodeName.slice(1)}`;
	return {
		nodeName,
		page,
		required: [
			`providers/${id}/definition.ts`,
			`providers/${id}/notes.md`,
			`providers/${id}/coverage.md`,
			`credentials/${nodeName}Api.credentials.ts`,
			`credentials/${id}.svg`,
			`credentials/${id}.dark.svg`,
			`nodes/${nodeName}/${nodeName}.node.ts`,
			`nodes/${nodeName}/${nodeName}.node.json`,
			`nodes/${nodeName}/${icon}.svg`,
			`nodes/${nodeName}/${icon}.dark.svg`,
			`sandbox/${id}/standIn.ts`,
			`sandbox/${id}/kit.ts`,
			`sandbox/${id}/README.md`,
			`docs/${page}`,
		],
	};
}

/** Folders of `providers/` that contain a definition, whether the registry names them or not. */
export function providerFolders(): string[] {
	return readdirSync(join(root, 'providers')).filter((name) =>
		existsSync(join(root, 'providers', name, 'definition.ts')),
	);
}

export function credentialOf({ nodeName }: ProviderFiles): ICredentialType {
	return instanceOf(join('credentials', `${nodeName}Api.credentials.ts`), `${nodeName}Api`) as ICredentialType;
}

/** Folders of `nodes/` that contain a node. */
export function nodeNames(): string[] {
	return readdirSync(join(root, 'nodes')).filter((name) => existsSync(join(root, 'nodes', name, `${name}.node.ts`)));
}

/** A node. @param version undefined: the newest */
export function nodeOf(name: string, version?: number): INodeType {
	const node = instanceOf(join('nodes', name, `${name}.node.ts`), name) as INodeType | IVersionedNodeType;
	return NodeHelpers.getVersionedNodeType(node, version);
}

/**
 * The cells of the first row below a heading row of a Markdown table.
 * @throws if the page has no such table
 */
export function tableRow(page: string, heading: readonly string[]): string[] {
	const lines = readFileSync(join(root, page), 'utf8').split('\n');
	const wanted = `| ${heading.join(' | ')} |`;
	const cells = lines[lines.indexOf(wanted) + 2]?.split('|').map((cell) => cell.trim());
	if (lines.includes(wanted) && cells?.length === heading.length + 2) return cells.slice(1, -1);
	throw new Error(`${page} needs a table with one row below this heading:\n${wanted}`);
}

const upperFirst = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

function instanceOf(path: string, name: string): unknown {
	const { [name]: Class } = jest.requireActual<Record<string, (new () => unknown) | undefined>>(join(root, path));
	if (!Class) throw new Error(`${path} must export a class ${name}`);
	return new Class();
}
