import { createHash } from 'node:crypto';

/** What makes one item of one execution itself. */
export interface ItemIdentity {
	/** Drawn when the execution first comes to the node, and kept whatever is retried. */
	executionNonce: string;
	nodeId: string;
	/** Which pass through the node, 0-based; a loop comes by several times. */
	runIndex: number;
	itemIndex: number;
	/** Jobs of this item that ended in failure: a failed one is not to be given again. */
	failedJobs: number;
}

/** The key under which an item is submitted: the same however often it is retried, and another for everything else. It says nothing of what it was made from. */
export function idempotencyKeyOf({ executionNonce, nodeId, runIndex, itemIndex, failedJobs }: ItemIdentity): string {
	const hash = createHash('sha256').update(JSON.stringify([executionNonce, nodeId, runIndex, itemIndex, failedJobs]));
	return `n8n-${hash.digest('hex').slice(0, 32)}`;
}
