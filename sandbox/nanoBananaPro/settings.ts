import { z } from 'zod4';
import { patchedBy } from '../shared/settings';

const schema = z.strictObject({
	/** `document`: the v1.6 API. `real`: the `tasks` API of the public server. */
	dialect: z.enum(['document', 'real']),
	/** The key that the model accepts. A task with another key is accepted and fails. */
	geminiKey: z.string().min(1),
	/** Requests per second of one client; 0: no limit. */
	requestsPerSecond: z.number().nonnegative(),
	burst: z.int().positive(),
	/** Duration from submit to the last picture. */
	jobDurationMs: z.number().nonnegative(),
	/**
	 * Number of tasks that run at one time, in the order of their submits; 0: all. With workers, a duration counts from
	 * the beginning of the work.
	 */
	workers: z.int().nonnegative(),
	/**
	 * Number of tasks that may wait for a worker before a submit is answered with 503; 0: no limit. null: 100 with
	 * `real`, no limit with `document`.
	 */
	queueLimit: z.int().nonnegative().nullable(),
	/** `full` closes with 1013, `drop` after the first message, `quiet` sends nothing, `refused` answers 403. */
	sockets: z.enum(['open', 'full', 'drop', 'quiet', 'refused']),
	/** The export fails after its headers are set. */
	exportFails: z.boolean(),
});

export type Settings = z.infer<typeof schema>;

export const DEFAULT_SETTINGS: Settings = {
	dialect: 'document',
	geminiKey: 'gemini-key-1',
	requestsPerSecond: 10,
	burst: 20,
	jobDurationMs: 1500,
	workers: 0,
	queueLimit: null,
	sockets: 'open',
	exportFails: false,
};

export const patched = (settings: Settings, patch: unknown): Settings => patchedBy(schema, settings, patch);

/** Number of tasks that may wait; Infinity: no limit. */
export function queueLimitOf({ dialect, queueLimit }: Settings): number {
	return (queueLimit ?? (dialect === 'real' ? 100 : 0)) || Infinity;
}
