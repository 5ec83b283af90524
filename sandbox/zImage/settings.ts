import { z } from 'zod4';
import { patchedBy } from '../shared/settings';

const schema = z.strictObject({
	/** `document`: as the document says. `real`: as the public server behaves. */
	dialect: z.enum(['document', 'real']),
	/** The server's variable API_ENABLE_AUTH. */
	auth: z.boolean(),
	/** The server's variable API_ADMIN_KEY: this key may see and delete everything. */
	adminKey: z.string().min(1),
	/** The server's variable API_ALLOWED_KEYS. */
	allowedKeys: z.array(z.string().min(1)),
	/**
	 * Duration of a task in a worker: a fifth of it passes before the task begins, the rest before the picture is
	 * ready.
	 */
	jobDurationMs: z.number().nonnegative(),
	/** Number of tasks that the workers process at one time, in the order of their submits; 1: one GPU; 0: all. */
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
