import { basename } from 'node:path';
import { packageName } from '../lib/paths';
import {
	bindCredential,
	type CredentialReference,
	readWorkflow,
	type Workflow,
	type WorkflowNode,
} from '../lib/workflow';
import type { ImportLedger } from './importLedger';
import { type Account, accountOf, numbered } from './tour';

/** The parts of n8n's node type descriptions that the demo reads. */
export interface NodeTypeDescription {
	name: string;
	credentials?: Array<{ name: string }>;
	webhooks?: Array<{ path: string; isFullPath?: boolean; restartWebhook?: boolean }>;
}

/** The credential of one sandbox account in the instance. */
export interface SandboxCredential {
	type: string;
	reference: CredentialReference;
	/** The account, if its backend has several. */
	account?: Account;
}

/** A bundled workflow in the instance. */
export interface Bundled {
	id: string;
	file: string;
	workflow: Workflow;
	/** Whether this start has imported it, because it was missing or its file has changed. */
	isNew: boolean;
}

/**
 * Imports the bundled workflows into the instance. Each has its own id, and every node that takes a sandbox's
 * credential gets it: that of the workflow's account, if the backend has several.
 */
export async function importBundled(options: {
	ledger: ImportLedger;
	files: readonly string[];
	credentials: readonly SandboxCredential[];
	nodeTypes: readonly NodeTypeDescription[];
	/** The id of the tag of a file, if it has one. */
	tagOf?: (file: string) => string | undefined;
}): Promise<Bundled[]> {
	const { ledger, credentials, nodeTypes } = options;
	const bundled: Bundled[] = [];
	for (const path of options.files) {
		const drawn = readWorkflow(path);
		if (drawn.id === undefined) throw new Error(`${path} has no id; without one every import would make a copy`);
		const file = basename(path);
		const workflow = credentials
			.filter(({ account }) => account === undefined || account === accountOf(file))
			.reduce(
				(bound, { type, reference }) =>
					bindCredential(bound, type, reference, (node) => takesCredential(node, type, nodeTypes)),
				{ ...drawn, name: numbered(file, drawn.name) },
			);
		const isNew = await ledger.bring(drawn.id, workflow, options.tagOf?.(file));
		bundled.push({ id: drawn.id, file, workflow, isNew });
	}
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
