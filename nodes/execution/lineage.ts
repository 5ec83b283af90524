import type { IExecuteFunctions, IRunExecutionData } from 'n8n-workflow';
import type { Memory } from '../../memory/memory';

/** The ids that an execution shares with its repetitions, and its own ids. */
export interface Lineage {
	/**
	 * Keyed hash of the token that n8n keeps when it repeats the execution. In a sub-workflow: of the caller's token.
	 */
	lineage: string;
	/** Keyed hash of this execution's own token; the same as `lineage`, except in a sub-workflow. */
	own: string;
	/** Id of the first calling execution; its own id if it was not called. */
	rootExecutionId: string;
}

/** Maximum number of calls that are followed from a sub-workflow to the first execution. */
const maxDepth = 10;

/**
 * n8n repeats an execution under a new id, and the node does not get the old one. Its resume token stays the same
 * through Retry, resumed waits and crashes (seen in n8n 2.40), and is part of `$execution.resumeUrl`. A sub-workflow
 * gets a new token each time it is called, so it has the lineage of the calling execution.
 */
export async function lineageOf(context: IExecuteFunctions, memory: Memory): Promise<Lineage> {
	const executionId = context.getExecutionId();
	const token = tokenOf(context) ?? nonceOf(context);
	const own = memory.digest('lineage', token);
	const root = await rootOf(context, executionId);
	return root
		? { lineage: root.token === null ? own : memory.digest('lineage', root.token), own, rootExecutionId: root.id }
		: { lineage: own, own, rootExecutionId: executionId };
}

function tokenOf(context: IExecuteFunctions): string | null {
	const { resumeUrl } = (context.getWorkflowDataProxy(0)['$execution'] ?? {}) as { resumeUrl?: unknown };
	return typeof resumeUrl === 'string' && URL.canParse(resumeUrl)
		? new URL(resumeUrl).searchParams.get('signature')
		: null;
}

/** A replacement if n8n gives no token. It lasts as long as the node's context. */
function nonceOf(context: IExecuteFunctions): string {
	const kept = context.getContext('node') as { lineageNonce?: string };
	kept.lineageNonce ??= crypto.randomUUID();
	return kept.lineageNonce;
}

/** The first calling execution, and its token if n8n has stored it; undefined for an execution that was not called. */
async function rootOf(
	context: IExecuteFunctions,
	executionId: string,
): Promise<{ id: string; token: string | null } | undefined> {
	const parent = parentOf(context);
	if (parent === undefined || parent === executionId) return undefined;
	let root: { id: string; token: string | null } = { id: parent, token: null };
	for (let depth = 0; depth < maxDepth; depth++) {
		const data: IRunExecutionData | undefined = await context.getExecutionDataById(root.id).catch(() => undefined);
		root = { id: root.id, token: data?.resumeToken ?? null };
		const above = data?.parentExecution?.executionId;
		if (above === undefined || above === root.id) break;
		root = { id: above, token: null };
	}
	return root;
}

function parentOf(context: IExecuteFunctions): string | undefined {
	// Older releases of n8n do not have it.
	if (!('getExecutionContext' in context)) return undefined;
	return context.getExecutionContext()?.parentExecutionId;
}
