import { z } from 'zod4';
import { patchedBy } from '../shared/settings';

const schema = z.strictObject({
	/** `document`: the v1.6 API. `real`: the `tasks` API of the public server. */
	dialect: z.enum(['document', 'real']),
	/** The key that the model takes; a task with another is accepted and fails. */
	geminiKey: z.string().min(1),
	/** Of one client; 0 is unlimited. */
	requestsPerSecond: z.number().nonnegative(),
	burst: z.int().positive(),
	/** From submit to the last picture. */
	jobDurationMs: z.number().nonnegative(),
	/**
	 * How many tasks run at one time, in the order of their submits; 0: all. With workers, a duration counts from the
	 * beginning of the work.
	 */
	workers: z.int().nonnegative(),
	/**
	 * How many tasks may wait for a worker before a submit is answered 503; 0: any number. null: 100 with `real`, any
	 * number with `document`.
	 */
	queueLimit: z.int().nonnegative().nullable(),
	/** `full` closes with 1013, `drop` after the first message, `quiet` sends nothing, `refused` answers 403. */
	sockets: z.enum(['open', 'full', 'drop', 'quiet', 'refused']),
	/** The export breaks after its headers are set. */
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

/** How many tasks may wait now; Infinity: any number. */
export function queueLimitOf({ dialect, queueLimit }: Settings): number {
	return (queueLimit ?? (dialect === 'real' ? 100 : 0)) || Infinity;
}
