import type { JobEntry } from '../../sandbox/shared/books';
import type { Item } from '../../scripts/lib/n8nInstance';

/** What a workflow said about one prompt. Every prompt is used for one image of one row. */
export interface Claim {
	prompt: string;
	/** Name of the pipeline. */
	pipeline: string;
	/** Image files that came with the items. */
	files: number;
	status: string;
	/** The error code; empty if there is none. */
	code: string;
	/** The item says that it cannot tell whether the request has made a job. */
	isUnknown: boolean;
	/** The item as the workflow gave it, without files. */
	json: Record<string, unknown>;
}

const record = (value: unknown): Record<string, unknown> =>
	typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The claim of an item of the pack. `files` is in the item if a workflow answered with it, and else counted. */
export function claimOf(pipeline: string, { json, binary }: Item): Claim {
	const job = record(json['job']);
	const error = record(job['error']);
	return {
		pipeline,
		prompt: text(record(json['request'])['prompt']),
		files: typeof json['files'] === 'number' ? json['files'] : Object.keys(binary ?? {}).length,
		status: text(job['status']),
		code: text(error['code']),
		isUnknown: error['outcome'] === 'unknown',
		json,
	};
}

/** The number of a prompt; its other words are the same for many, and markers may be taken out on the way. */
export const numberOf = (prompt: string): string => /#(\d+)/.exec(prompt)?.[1] ?? '';

/** How the prompts of a soak ended. */
export interface Books {
	prompts: number;
	/** Paid generations at all providers. */
	paid: number;
	delivered: number;
	/** The item says that the outcome is unknown. */
	unknown: number;
	/** The item says why there is no image, and nothing was paid. */
	failedUnpaid: number;
	/** Violations, one line each. */
	problems: string[];
}

/**
 * Compares what the workflows said with what the providers recorded.
 * @param claims at least one for each prompt; a later one replaces an earlier one
 * @param given all prompts that were sent
 */
export function balance(given: readonly string[], claims: readonly Claim[], jobs: readonly JobEntry[]): Books {
	const paidOf = new Map<string, number>();
	for (const { prompt, generationsBilled } of jobs)
		paidOf.set(numberOf(prompt), (paidOf.get(numberOf(prompt)) ?? 0) + generationsBilled);
	const lastOf = new Map<string, Claim>();
	for (const claim of claims) lastOf.set(numberOf(claim.prompt), claim);
	const books: Books = { prompts: given.length, paid: 0, delivered: 0, unknown: 0, failedUnpaid: 0, problems: [] };
	for (const prompt of given) {
		const paid = paidOf.get(numberOf(prompt)) ?? 0;
		const claim = lastOf.get(numberOf(prompt));
		books.paid += paid;
		const seen = `${prompt}: paid ${paid}, ${claim === undefined ? 'no item' : shown(claim)}`;
		if (paid > 1) books.problems.push(`Paid twice: ${seen}`);
		if (claim === undefined) books.problems.push(`Lost: ${seen}`);
		else if (claim.files > 1) books.problems.push(`Delivered twice: ${seen}`);
		else if (claim.files === 1) {
			books.delivered++;
			if (paid === 0) books.problems.push(`Delivered, but not made: ${seen}`);
		} else if (claim.isUnknown) books.unknown++;
		else if (paid === 0) books.failedUnpaid++;
		else books.problems.push(`Paid and lost: ${seen}`);
	}
	return books;
}

const shown = ({ pipeline, status, code, files, isUnknown, json }: Claim) =>
	`${pipeline} ${status} ${code}${isUnknown ? ' (unknown)' : ''}, ${files} files, ` + JSON.stringify(json);
