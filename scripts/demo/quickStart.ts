import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { DeadlineError } from '../lib/deadline';
import { type Execution, executionError, nodeOutput } from '../lib/executionData';
import type { N8nClient } from '../lib/n8nClient';
import type { Workflow } from '../lib/workflow';
import type { Bundled } from './bundled';
import { Problem } from './problem';

const pipelineWithinMs = 180_000;
const deliveryWithinMs = 8_000;
const fileNodeType = 'n8n-nodes-base.readWriteFile';

export interface Run {
	seconds: number;
	/** Full paths of the files that the run wrote. */
	pictures: string[];
}

/**
 * Runs the quick-start workflow like the editor's button.
 * @throws unless the run succeeds with a picture
 */
export async function runQuickStart({
	client,
	quickStart,
	userFolder,
}: {
	client: N8nClient;
	quickStart: Bundled;
	userFolder: string;
}): Promise<Run> {
	const { workflow, id } = quickStart;
	const startedMs = Date.now();
	const executionId = await client.runWorkflow(id);
	const execution = await client.waitForExecution(executionId, pipelineWithinMs);
	const where = `See ${client.url}/workflow/${id}/executions/${executionId}`;
	if (execution.status !== 'success')
		throw new Problem(`"${workflow.name}" failed: ${executionError(execution)}. ${where}`);
	const pictures = filesWritten(execution, workflow).map((file) => resolve(userFolder, file));
	const missing = pictures.filter((file) => !existsSync(file));
	if (missing.length > 0)
		throw new Problem(`"${workflow.name}" ended well but left no file at ${missing.join(', ')}. ${where}`);
	const unwritten = writeErrors(execution, workflow);
	if (pictures.length === 0 && unwritten.length > 0)
		throw new Problem(
			`"${workflow.name}" made its pictures but could not write them: ${unwritten.join('; ')}. ${where}`,
		);
	if (pictures.length === 0) {
		const reasons = jobErrors(execution).join('; ') || 'no job failed';
		throw new Problem(`"${workflow.name}" ended without a picture: ${reasons}. ${where}`);
	}
	return { seconds: (Date.now() - startedMs) / 1000, pictures };
}

/** Names of the files that the workflow's file nodes wrote, as in the nodes' output. */
export function filesWritten(execution: Execution, workflow: Workflow): string[] {
	return workflow.nodes
		.filter(({ type }) => type === fileNodeType)
		.flatMap(({ name }) => nodeOutput(execution, name))
		.flatMap(({ json }) => (typeof json['fileName'] === 'string' ? [json['fileName']] : []));
}

/**
 * The reasons why files were not written. Such items take the error output of the file nodes, and the run continues.
 */
export function writeErrors(execution: Execution, workflow: Workflow): string[] {
	const items = workflow.nodes
		.filter(({ type }) => type === fileNodeType)
		.flatMap(({ name }) => nodeOutput(execution, name, 1));
	return [...new Set(items.flatMap(({ json }) => (typeof json['error'] === 'string' ? [json['error']] : [])))];
}

/** The errors of jobs. Failed jobs leave through an output, so the execution itself does not fail. */
export function jobErrors(execution: Execution): string[] {
	const outputs = Object.values(execution.data.resultData.runData).flatMap((runs) =>
		runs.flatMap(({ data }) => data?.main ?? []),
	);
	const errors = outputs
		.flatMap((items) => items ?? [])
		.flatMap(({ json }) => {
			const error = (json['job'] as { error?: { message?: string; hint?: string } | null } | undefined)?.error;
			return error ? [`${error.message ?? 'unknown error'}${error.hint ? ` (${error.hint})` : ''}`] : [];
		});
	return [...new Set(errors)];
}

/** Waits for the run that the sandbox's webhook starts. Gives its result in words. */
export async function waitForDelivery({
	client,
	delivery,
	seen,
}: {
	client: N8nClient;
	delivery: Bundled;
	seen: readonly string[];
}): Promise<string> {
	try {
		const id = await client.waitForNewExecution(delivery.id, seen, deliveryWithinMs);
		const execution = await client.waitForExecution(id, deliveryWithinMs);
		return execution.status === 'success' ? 'delivered' : `failed: ${executionError(execution)}`;
	} catch (error) {
		if (error instanceof DeadlineError) return `none came within ${deliveryWithinMs / 1000} s`;
		throw error;
	}
}
