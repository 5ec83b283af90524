import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DeadlineError } from '../lib/deadline';
import { type BinaryEntry, type Execution, executionError } from '../lib/executionData';
import type { N8nClient } from '../lib/n8nClient';
import type { Bundled } from './bundled';
import { Problem } from './problem';

const pipelineWithinMs = 180_000;
const deliveryWithinMs = 8_000;

export interface Run {
	seconds: number;
	/** The copies of the images, by their full paths. */
	pictures: string[];
	/** Address of the execution in the editor. */
	executionUrl: string;
}

/**
 * Runs the quick-start workflow like the editor's button, and copies its images out of n8n.
 * @throws unless the run succeeds with a picture
 */
export async function runQuickStart({
	client,
	quickStart,
	folder,
}: {
	client: N8nClient;
	quickStart: Bundled;
	/** Folder for the copies. */
	folder: string;
}): Promise<Run> {
	const { workflow, id } = quickStart;
	const startedMs = Date.now();
	const executionId = await client.runWorkflow(id);
	const execution = await client.waitForExecution(executionId, pipelineWithinMs);
	const executionUrl = `${client.url}/workflow/${id}/executions/${executionId}`;
	const where = `See ${executionUrl}`;
	if (execution.status !== 'success')
		throw new Problem(`"${workflow.name}" failed: ${executionError(execution)}. ${where}`);
	const images = imagesOf(execution);
	if (images.length === 0) {
		const reasons = jobErrors(execution).join('; ') || 'no job failed';
		throw new Problem(`"${workflow.name}" ended without a picture: ${reasons}. ${where}`);
	}
	const seconds = (Date.now() - startedMs) / 1000;
	mkdirSync(folder, { recursive: true });
	const pictures: string[] = [];
	for (const [index, image] of images.entries()) {
		const file = join(folder, `${executionId}-${index + 1}-${basename(image.fileName ?? 'image')}`);
		writeFileSync(file, await client.downloadBinary(image));
		pictures.push(file);
	}
	return { seconds, pictures, executionUrl };
}

/** The images in the outputs of all nodes, each file once. */
export function imagesOf(execution: Execution): BinaryEntry[] {
	const files = itemsOf(execution).flatMap(({ binary }) => Object.values(binary ?? {}));
	const images = files.filter(({ mimeType }) => mimeType.startsWith('image/'));
	return [...new Map(images.map((image) => [image.id ?? image.data, image])).values()];
}

/** The errors of jobs. Failed jobs leave through an output, so the execution itself does not fail. */
export function jobErrors(execution: Execution): string[] {
	const errors = itemsOf(execution).flatMap(({ json }) => {
		const error = (json['job'] as { error?: { message?: string; hint?: string } | null } | undefined)?.error;
		return error ? [`${error.message ?? 'unknown error'}${error.hint ? ` (${error.hint})` : ''}`] : [];
	});
	return [...new Set(errors)];
}

const itemsOf = (execution: Execution) =>
	Object.values(execution.data.resultData.runData)
		.flatMap((runs) => runs.flatMap(({ data }) => data?.main ?? []))
		.flatMap((items) => items ?? []);

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
