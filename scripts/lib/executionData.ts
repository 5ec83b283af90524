/** The fields of n8n's answers that this library uses. */
export type ExecutionStatus = 'new' | 'running' | 'waiting' | 'success' | 'error' | 'canceled' | 'crashed' | 'unknown';

export interface BinaryEntry {
	mimeType: string;
	fileName?: string;
	fileExtension?: string;
	id?: string;
	data: string;
	fileSize?: string;
}

export interface Item {
	json: Record<string, unknown>;
	binary?: Record<string, BinaryEntry>;
	pairedItem?: unknown;
	error?: unknown;
}

export interface NodeRun {
	startTime: number;
	executionTime: number;
	executionStatus?: ExecutionStatus;
	data?: { main?: Array<Item[] | null> };
	error?: { message: string; description?: string; [field: string]: unknown };
	hints?: Array<{ message: string }>;
}

export interface RunData {
	resultData: {
		runData: Record<string, NodeRun[]>;
		error?: { message: string; description?: string; node?: { name: string }; [field: string]: unknown };
		lastNodeExecuted?: string;
	};
}

export interface ExecutionSummary {
	id: string;
	workflowId: string;
	status: ExecutionStatus;
	mode: string;
	startedAt: string | null;
	stoppedAt: string | null;
	waitTill: string | null;
}

export interface Execution extends ExecutionSummary {
	data: RunData;
}

/** The states of an execution that has ended. `waiting` is not one of them. */
export const finalStatuses: readonly ExecutionStatus[] = ['success', 'error', 'canceled', 'crashed'];

/** The items of one output of a node: of the run `run`, or of all its runs together. */
export function nodeOutput(execution: Execution, nodeName: string, output = 0, run?: number): Item[] {
	const runs = execution.data.resultData.runData[nodeName] ?? [];
	const chosen = run === undefined ? runs : runs.slice(run, run + 1);
	return chosen.flatMap((one) => one.data?.main?.[output] ?? []);
}

/** Why an execution failed, in one line; empty if it did not fail. */
export function executionError(execution: Execution): string {
	const error = execution.data.resultData.error;
	if (!error) return execution.status === 'success' ? '' : execution.status;
	const where = error.node?.name ?? execution.data.resultData.lastNodeExecuted;
	return `${where ? `${where}: ` : ''}${error.message}${error.description ? ` (${error.description})` : ''}`;
}
