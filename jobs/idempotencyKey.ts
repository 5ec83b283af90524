import { createHash } from 'node:crypto';

/** What makes one item of one execution itself, on whatever n8n. */
export interface ItemIdentity {
	instanceId: string;
	workflowId: string;
	executionId: string;
	/** When the execution began, ms since the epoch: ids start again at 1 when a database is emptied. Null where n8n does not tell. */
	executionStartedAt: number | null;
	nodeId: string;
	/** Which pass through the node, 0-based; a loop comes by several times. */
	runIndex: number;
	itemIndex: number;
}

/**
 * The key under which an item is submitted: the same however often n8n retries the item, another for every other
 * item, pass, execution and instance. It says nothing of what it was made from.
 */
export function idempotencyKeyOf(identity: ItemIdentity): string {
	const { instanceId, workflowId, executionId, executionStartedAt, nodeId, runIndex, itemIndex } = identity;
	const hash = createHash('sha256').update(JSON.stringify([instanceId, workflowId, executionId, executionStartedAt, nodeId, runIndex, itemIndex]));
	return `n8n-${hash.digest('hex').slice(0, 32)}`;
}
