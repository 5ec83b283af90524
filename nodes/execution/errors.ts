import { type IExecuteFunctions, type INode, NodeApiError } from 'n8n-workflow';
import { ImageError, type JobError, jobError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import type { ProviderDefinition } from '../../providers/provider';

/** The page that explains each code, served from the published package. */
const codesPage = 'https://unpkg.com/n8n-nodes-image-pipelines/docs/errors.md';

/** An n8n error that names the provider, the item, the job and the fix, and links to the page of its code. */
export function toNodeError(
	node: INode,
	error: JobError,
	where: { itemIndex: number; provider?: ProviderDefinition | undefined; jobId?: string | null },
): NodeApiError {
	// n8n treats a message with the word "canceled" as a stop by the user. It does not do so with this spelling.
	const message = error.message.replace(/canceled/gi, 'cancelled');
	const provider =
		where.provider && !message.startsWith(where.provider.displayName) ? `${where.provider.displayName}: ` : '';
	const job = where.jobId ? ` (job ${where.jobId})` : '';
	return new NodeApiError(
		node,
		{ message },
		{
			message: `${provider}${message}${job}`,
			description: [
				error.hint,
				`Item ${where.itemIndex}, code ${error.code}${error.retryable ? ', may succeed when tried again' : ''}`,
				`<a href="${codesPage}#${error.code.toLowerCase()}" target="_blank">About ${error.code}</a>`,
			]
				.flatMap((part) => (part ? [withoutLastDot(part)] : []))
				.join('. '),
			...(error.httpStatus === null ? {} : { httpCode: String(error.httpStatus) }),
			itemIndex: where.itemIndex,
		},
	);
}

/**
 * The error of an item whose input is wrong, before anything was sent for it. n8n's own errors (a missing credential, a
 * failed expression) count as `invalidRequest`.
 */
export function inputError(thrown: unknown): JobError {
	if (thrown instanceof ImageError) return thrown.toJobError();
	return jobError('invalidRequest', {
		message: thrown instanceof Error ? thrown.message : String(thrown),
		hint: null,
	});
}

/** Shows a warning in the editor without failing the run. */
export function hintAt(context: IExecuteFunctions, message: string): void {
	context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
}

/** One line for a hint: how many failed, with the error of the first. */
export function summarize(failures: readonly JobSnapshot[]): string {
	const [first] = failures;
	const error = first?.job.error;
	return `${failures.length} failed${error ? `; the first: ${error.code}, ${withoutLastDot(error.message)}` : ''}`;
}

/** A provider's sentence as part of a longer one, which adds its own dot. */
export function withoutLastDot(text: string): string {
	return text.replace(/\.$/, '');
}
