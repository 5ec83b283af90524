import { z } from 'zod4';
import { patchedBy } from '../shared/settings';

const schema = z.strictObject({
	/** `document`: as the document says. `real`: as the public server behaves. */
	dialect: z.enum(['document', 'real']),
	/** Valid session ids; those of the international site begin with `us-`. */
	sessions: z.array(z.string().min(1)),
	/** How many pictures the site makes if the prompt names no number. */
	pictures: z.int().nonnegative(),
	/** Duration of a call. A video takes three times as long. */
	jobDurationMs: z.number().nonnegative(),
	/** Some releases answer every composition with -1000. */
	compositionsBroken: z.boolean(),
});

export type Settings = z.infer<typeof schema>;

export const DEFAULT_SETTINGS: Settings = {
	dialect: 'document',
	sessions: ['session-cn-1', 'session-cn-2', 'us-session-1'],
	pictures: 4,
	jobDurationMs: 1500,
	compositionsBroken: false,
};

export const patched = (settings: Settings, patch: unknown): Settings => patchedBy(schema, settings, patch);
