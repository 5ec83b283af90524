import { createHash } from 'node:crypto';
import { z } from 'zod4';
import type { JobsState } from '../../jobs/listing/finishedJobs';

const entry = z.tuple([z.string(), z.number().nullable()]);
const schema = z.object({
	source: z.string(),
	floor: z.tuple([z.string(), z.number()]).nullable(),
	settled: z.array(entry),
	open: z.array(entry),
	last: z.array(entry),
	since: z.number().nullable(),
});

/** The data that n8n keeps for the node between two polls: plain JSON that the node changes in place. */
export interface Kept {
	jobs?: unknown;
}

/** Identifies a provider's server without showing its URL, so that each server has its own state. */
export function sourceOf(providerId: string, baseUrl: string): string {
	return createHash('sha256').update(`${providerId} ${baseUrl}`).digest('hex').slice(0, 16);
}

/** The state kept for this source; null if it is missing or unreadable. */
export function readState(kept: Kept, source: string): JobsState | null {
	const { data } = schema.safeParse(kept.jobs);
	if (data?.source !== source) return null;
	const { floor, settled, open, last, since } = data;
	return { floor, settled, open, last, since };
}

/** Keeps the state as one new object, so that n8n notices the change. */
export function writeState(kept: Kept, source: string, state: JobsState): void {
	kept.jobs = { source, ...state };
}
