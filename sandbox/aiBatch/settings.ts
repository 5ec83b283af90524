import { z } from 'zod4';
import { patchedBy } from '../shared/settings';

const schema = z.strictObject({
	/** `document`: as the document says. `real`: as the public server behaves. */
	dialect: z.enum(['document', 'real']),
	/** The key for the paths that require one; null if no path does. */
	apiKey: z.string().min(1).nullable(),
	/** The key that the upstream services accept. */
	upstreamKey: z.string().min(1),
	/** Duration of a generation; a batch takes it once per prompt. */
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
