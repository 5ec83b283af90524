import { z } from 'zod4';
import { patchedBy } from '../shared/settings';

const schema = z.strictObject({
	/** `document`: as the document says. `real`: as the public server behaves. */
	dialect: z.enum(['document', 'real']),
	/** The key of the paths that require one; null if none does. */
	apiKey: z.string().min(1).nullable(),
	/** The key its upstreams take. */
	upstreamKey: z.string().min(1),
	/** How long a generation takes, a batch for each of its prompts. */
	jobDurationMs: z.number().nonnegative(),
	/** `/health` of a healthy server can answer 503. */
	healthStatus: z.union([z.literal(200), z.literal(503)]),
});

export type Settings = z.infer<typeof schema>;

export const DEFAULT_SETTINGS: Settings = {
	dialect: 'document',
	apiKey: null,
	upstreamKey: 'upstream-key-1',
	jobDurationMs: 1500,
	healthStatus: 200,
};

export const patched = (settings: Settings, patch: unknown): Settings => patchedBy(schema, settings, patch);
