import { z } from 'zod/v4';
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
	/** `full` closes with 1013, `drop` after the first message, `quiet` never says a word, `refused` answers 403. */
	sockets: z.enum(['open', 'full', 'drop', 'quiet', 'refused']),
	/** The export breaks after its headers are set. */
	exportFails: z.boolean(),
});

export type Settings = z.infer<typeof schema>;

export const DEFAULT_SETTINGS: Settings = { dialect: 'document', geminiKey: 'gemini-key-1', requestsPerSecond: 10, burst: 20, jobDurationMs: 1500, sockets: 'open', exportFails: false };

export const patched = (settings: Settings, patch: unknown): Settings => patchedBy(schema, settings, patch);
