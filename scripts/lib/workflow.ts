import { readFileSync } from 'node:fs';

/** The parts of an exported workflow that the scripts read and change. */
export interface Workflow {
	id?: string;
	versionId?: string;
	name: string;
	nodes: WorkflowNode[];
	connections: Record<string, unknown>;
	settings?: Record<string, unknown>;
	pinData?: Record<string, unknown>;
	meta?: Record<string, unknown>;
}

export interface WorkflowNode {
	id?: string;
	name: string;
	type: string;
	typeVersion?: number;
	position?: [number, number];
	parameters: Record<string, unknown>;
	credentials?: Record<string, CredentialReference>;
	webhookId?: string;
	disabled?: boolean;
	/** A note that the editor shows below the node. */
	notes?: string;
}

export interface StoredWorkflow extends Workflow {
	id: string;
	versionId: string;
	active: boolean;
}

export interface CredentialReference {
	id: string;
	name: string;
}

/**
 * Reads one exported workflow.
 * @throws if the file is not one
 */
export function readWorkflow(file: string): Workflow {
	const workflow = JSON.parse(readFileSync(file, 'utf8')) as Partial<Workflow>;
	if (
		typeof workflow.name !== 'string' ||
		!Array.isArray(workflow.nodes) ||
		typeof workflow.connections !== 'object'
	) {
		throw new Error(`${file} is not a workflow as n8n exports it`);
	}
	return workflow as Workflow;
}

/** A copy of the workflow with this credential in every node that takes its type and has none yet. */
export function bindCredential(
	workflow: Workflow,
	credentialType: string,
	reference: CredentialReference,
	takesIt: (node: WorkflowNode) => boolean,
): Workflow {
	return {
		...workflow,
		nodes: workflow.nodes.map((node) => {
			if (!takesIt(node) || node.credentials?.[credentialType]?.id) return node;
			return { ...node, credentials: { ...node.credentials, [credentialType]: reference } };
		}),
	};
}

/** The fields that n8n accepts when it saves a workflow. An export has more fields; `id` is sent separately. */
export function writableFields(workflow: Workflow): Omit<Workflow, 'id'> {
	const { name, nodes, connections, settings, pinData, meta } = workflow;
	return {
		name,
		nodes,
		connections,
		...(settings && { settings }),
		...(pinData && { pinData }),
		...(meta && { meta }),
	};
}

/** Name of the node at which a manual run starts. */
export function manualTriggerOf(workflow: Workflow): string {
	const trigger = workflow.nodes.find(
		({ type, disabled }) => type === 'n8n-nodes-base.manualTrigger' && disabled !== true,
	);
	if (!trigger) throw new Error(`Workflow "${workflow.name}" has no Manual Trigger; name the node to start from`);
	return trigger.name;
}
