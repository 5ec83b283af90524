import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { N8nClient } from '../lib/n8nClient';
import { packageName } from '../lib/paths';
import {
	bindCredential,
	type CredentialReference,
	readWorkflow,
	type Workflow,
	type WorkflowNode,
} from '../lib/workflow';

/** The parts of n8n's node type descriptions that the demo reads. */
export interface NodeTypeDescription {
	name: string;
	credentials?: Array<{ name: string }>;
	webhooks?: Array<{ path: string; isFullPath?: boolean; restartWebhook?: boolean }>;
}

/** The credential of one sandbox backend in the instance. */
export interface SandboxCredential {
	type: string;
	reference: CredentialReference;
}

/** A bundled workflow in the instance. */
export interface Bundled {
	id: string;
	file: string;
	workflow: Workflow;
}

/**
 * Imports the bundled workflows into the instance. Each has its own id, and every node that takes a sandbox's
 * credential gets it. A file that has not changed since the last import is skipped, so changes of the user in n8n are
 * kept.
 */
export async function importBundled(options: {
	client: N8nClient;
	files: readonly string[];
	credentials: readonly SandboxCredential[];
	nodeTypes: readonly NodeTypeDescription[];
	/** File that records the imported workflows. */
	ledgerFile: string;
}): Promise<Bundled[]> {
	const { client, credentials, nodeTypes } = options;
	const ledger = readLedger(options.ledgerFile);
	const present = new Set((await client.listWorkflows()).map(({ id }) => id));
	const bundled: Bundled[] = [];
	for (const file of options.files) {
		const drawn = readWorkflow(file);
		if (drawn.id === undefined) throw new Error(`${file} has no id; without one every import would make a copy`);
		const workflow = credentials.reduce(
			(bound, { type, reference }) =>
				bindCredential(bound, type, reference, (node) => takesCredential(node, type, nodeTypes)),
			drawn,
		);
		const hash = createHash('sha256').update(JSON.stringify(workflow)).digest('hex');
		if (ledger[drawn.id] !== hash || !present.has(drawn.id)) await client.importWorkflow(workflow);
		ledger[drawn.id] = hash;
		bundled.push({ id: drawn.id, file: basename(file), workflow });
	}
	writeFileSync(options.ledgerFile, `${JSON.stringify(ledger, null, '\t')}\n`);
	return bundled;
}

/** Whether a node belongs to the pack and its type offers the credential. */
export function takesCredential(
	node: WorkflowNode,
	credentialType: string,
	nodeTypes: readonly NodeTypeDescription[],
): boolean {
	if (!node.type.startsWith(`${packageName}.`)) return false;
	const type = nodeTypes.find(({ name }) => name === node.type);
	return type?.credentials?.some(({ name }) => name === credentialType) ?? false;
}

/** Path of a published trigger node below n8n's base URL, built as n8n builds it. */
export function webhookPathOf(workflow: Workflow, nodeTypes: readonly NodeTypeDescription[]): string {
	for (const node of workflow.nodes) {
		const webhook = nodeTypes.find(({ name }) => name === node.type && name.startsWith(`${packageName}.`))
			?.webhooks?.[0];
		if (!webhook) continue;
		const path = valueOf(webhook.path, node);
		if (node.webhookId === undefined)
			return `/webhook/${String(workflow.id)}/${encodeURIComponent(node.name.toLowerCase())}/${path}`;
		if (webhook.isFullPath === true) return `/webhook/${path || node.webhookId}`;
		return `/webhook/${node.webhookId}/${path}`;
	}
	throw new Error(`Workflow "${workflow.name}" has no trigger of ${packageName} with a webhook`);
}

/** The value of a path: fixed text, or one of the node's parameters, as in `={{$parameter["path"]}}`. */
function valueOf(path: string, node: WorkflowNode): string {
	const parameter = /^=\{\{\s*\$parameter(?:\["(\w+)"\]|\.(\w+))/.exec(path);
	const name = parameter?.[1] ?? parameter?.[2];
	if (name === undefined) return path;
	const value = node.parameters[name];
	return typeof value === 'string' ? value : '';
}

function readLedger(file: string): Record<string, string> {
	return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
}
