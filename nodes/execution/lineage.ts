import type { IExecuteFunctions, IRunExecutionData } from 'n8n-workflow';
import type { Memory } from '../../memory/memory';

/** What an execution has in common with its repetitions, and what tells it from them. */
export interface Lineage {
	/** Keyed hash of what n8n keeps when it repeats the execution, or the one that called this sub-workflow. */
	lineage: string;
	/** Keyed hash for this execution alone: of a sub-workflow its own, else the same as `lineage`. */
	own: string;
	/** Id of the execution at the top. */
	rootExecutionId: string;
}

/** Sub-workflows of sub-workflows are followed so far up. */
const maxDepth = 10;

/**
 * n8n repeats an execution under a new id and does not tell the node of which one. Its resume token stays the same
 * through Retry, resumed waits and crashes (seen in n8n 2.40), and stands in `$execution.resumeUrl`. A sub-workflow
 * gets a new token each time it is called, so its lineage is the calling execution's.
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

/** Where n8n gives no token: something that lives as long as the node's context does. */
function nonceOf(context: IExecuteFunctions): string {
	const kept = context.getContext('node') as { lineageNonce?: string };
	kept.lineageNonce ??= crypto.randomUUID();
	return kept.lineageNonce;
}

/** The calling execution at the top, and its token where n8n has stored one already; undefined where nobody called. */
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
	// Not every release has it.
	if (!('getExecutionContext' in context)) return undefined;
	return context.getExecutionContext()?.parentExecutionId;
}
