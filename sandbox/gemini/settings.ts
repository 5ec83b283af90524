import { z } from 'zod4';
import { patchedBy } from '../shared/settings';

const schema = z.strictObject({
	/** `document`: Google's own API. `real`: a proxy of it, for example Yunwu. */
	dialect: z.enum(['document', 'real']),
	apiKey: z.string().min(1),
	/** Duration of a call; a batch takes it once per request. */
	jobDurationMs: z.number().nonnegative(),
	/** Whether image models return several candidates. Current models do not. */
	multipleCandidates: z.boolean(),
	/** Where a batch stores its responses. */
	batchResults: z.enum(['inline', 'file']),
});

export type Settings = z.infer<typeof schema>;

export const DEFAULT_SETTINGS: Settings = {
	dialect: 'document',
	apiKey: 'AIza-sandbox-key-1',
	jobDurationMs: 1500,
	multipleCandidates: false,
	batchResults: 'inline',
};

export const patched = (settings: Settings, patch: unknown): Settings => patchedBy(schema, settings, patch);
