import { z } from 'zod4';
import { patchedBy } from '../shared/settings';

const schema = z.strictObject({
	/** `document`: as the document says. `real`: as the public server behaves. */
	dialect: z.enum(['document', 'real']),
	/** API_ENABLE_AUTH. */
	auth: z.boolean(),
	/** API_ADMIN_KEY: may see and delete everything. */
	adminKey: z.string().min(1),
	/** API_ALLOWED_KEYS. */
	allowedKeys: z.array(z.string().min(1)),
	/** How long a worker needs for a task: a fifth of the time until it begins, the rest until the picture. */
	jobDurationMs: z.number().nonnegative(),
	/** How many tasks the workers have at one time, in the order of their submits; 1: one GPU; 0: all. */
	workers: z.int().nonnegative(),
});

export type Settings = z.infer<typeof schema>;

export const DEFAULT_SETTINGS: Settings = {
	dialect: 'document',
	auth: true,
	adminKey: 'admin-key',
	allowedKeys: ['client-key-1', 'client-key-2'],
	jobDurationMs: 1500,
	workers: 0,
};

export const patched = (settings: Settings, patch: unknown): Settings => patchedBy(schema, settings, patch);
