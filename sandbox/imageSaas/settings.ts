import { z } from 'zod4';
import { patchedBy } from '../shared/settings';

/** Settings of the sandbox. All can be changed while it runs. */
export interface Settings {
	/** `document`: as the backend's document says. `real`: as its public server behaves. */
	dialect: 'document' | 'real';
	/** The key of the default tenant. The default value is the document's sample key. */
	apiKey: string;
	/** Further keys and their tenants. */
	apiKeys: Record<string, string>;
	/** URL for the default tenant's webhooks; null sends none. */
	webhookUrl: string | null;
	webhookSecret: string;
	/** Maximum requests per minute and tenant; 0: no limit. */
	requestsPerMinute: number;
	/** Maximum jobs of a tenant in flight at one time; 0: no limit. */
	maxConcurrent: number;
	/** Duration of a job from submit to end; a draft takes half of it. */
	jobDurationMs: number;
	/** Maximum share by which a duration is shorter or longer, from a seeded generator. */
	jobDurationJitter: number;
	/** Delays before the repeats of a webhook that was not answered with 2xx. */
	webhookRetryDelaysMs: number[];
	/**
	 * Number of consecutive failed runs after which the server pauses its provider key, and every job fails at once
	 * with NO_PROVIDER_KEY; 0: never. The real server: 5.
	 */
	providerKeyFailures: number;
	/** Duration of that pause. */
	providerKeyRestMs: number;
	/** Of the jobs of these tenants, every n-th fails with SERVICE_OVERLOAD. */
	failEvery: Record<string, number>;
}

/** The tenant of `apiKey`: the id in the document's webhook sample. */
export const DEFAULT_TENANT = 'cmktx999f0000ssga7o497182';

const schema = z.strictObject({
	dialect: z.enum(['document', 'real']),
	apiKey: z.string().min(1),
	apiKeys: z.record(z.string().min(1), z.string().min(1)),
	webhookUrl: z.url({ protocol: /^https?$/ }).nullable(),
	webhookSecret: z.string().min(1),
	requestsPerMinute: z.int().nonnegative(),
	maxConcurrent: z.int().nonnegative(),
	jobDurationMs: z.number().nonnegative(),
	jobDurationJitter: z.number().min(0).max(1),
	webhookRetryDelaysMs: z.array(z.number().nonnegative()),
	providerKeyFailures: z.int().nonnegative(),
	providerKeyRestMs: z.number().nonnegative(),
	failEvery: z.record(z.string().min(1), z.int().positive()),
}) satisfies z.ZodType<Settings>;

/** Initial settings of a sandbox. */
export const DEFAULT_SETTINGS: Readonly<Settings> = {
	dialect: 'document',
	apiKey: 'img_test_dev_123456789',
	apiKeys: {},
	webhookUrl: null,
	webhookSecret: 'whsec_sandbox',
	requestsPerMinute: 60,
	maxConcurrent: 5,
	jobDurationMs: 1500,
	jobDurationJitter: 0.3,
	webhookRetryDelaysMs: [200, 1000, 5000],
	providerKeyFailures: 0,
	providerKeyRestMs: 600_000,
	failEvery: {},
};

/** The settings after a patch; throws if the patch has an unknown setting or a wrong value. */
export function patched(settings: Readonly<Settings>, patch: unknown): Settings {
	return patchedBy(schema, settings, patch);
}

/** The tenant of a key, or null for an unknown key. */
export function tenantOfKey(settings: Readonly<Settings>, key: string): string | null {
	if (key === settings.apiKey) return DEFAULT_TENANT;
	return Object.hasOwn(settings.apiKeys, key) ? (settings.apiKeys[key] ?? null) : null;
}
