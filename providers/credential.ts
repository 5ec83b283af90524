import { z } from 'zod/v4';
import { ImageError } from '../model/errors';
import type { EndpointConfig } from './provider';

/** An empty field or 0 means "no limit". */
const limit = z.union([z.number(), z.string().trim().regex(/^\d*$/, 'is not a number').transform(Number)]).pipe(z.number().int().min(0)).optional();

const common = z.object({
	baseUrl: z
		.string()
		.trim()
		.transform((text) => text.replace(/\/+$/, ''))
		.refine((text) => URL.canParse(text) && /^https?:\/\//i.test(text), 'Base URL is not an http or https address')
		.refine((text) => !URL.canParse(text) || (new URL(text).username === '' && new URL(text).search === ''), 'Base URL must not hold a user name or a query'),
	webhookSecret: z.string().optional(),
	requestsPerMinute: limit,
	jobsInFlight: limit,
	allowedHosts: z.string().optional(),
});

export interface OwnFields<T> {
	/** The fields only this provider's credential has. */
	fields: z.ZodType<T>;
	/** Sent with every request. */
	headers: (fields: T) => Record<string, string>;
	/** Those of them that nobody may see; the webhook secret is always one. */
	secrets: (fields: T) => ReadonlyArray<string | undefined>;
}

/**
 * Reads the fields every credential has, and the provider's own, which the session finds in `own`.
 * Throws `invalidRequest` that says which field of the credential is wrong.
 */
export function readEndpoint<T>(credential: unknown, { fields: schema, headers, secrets }: OwnFields<T>): EndpointConfig & { own: T } {
	const fields = check(common, credential);
	const own = check(schema, credential);
	return {
		baseUrl: fields.baseUrl,
		headers: headers(own),
		secrets: [...secrets(own), fields.webhookSecret].filter((value): value is string => value !== undefined && value !== ''),
		own,
		limits: { requestsPerMinute: fields.requestsPerMinute || null, jobsInFlight: fields.jobsInFlight || null },
		allowedHosts: (fields.allowedHosts ?? '').split(',').map((host) => host.trim().toLowerCase()).filter(Boolean),
	};
}

function check<T>(schema: z.ZodType<T>, credential: unknown): T {
	const parsed = schema.safeParse(credential);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw new ImageError('invalidRequest', { message: `The credential is not usable: ${issue?.message ?? 'unknown'} (${issue?.path.join('.') || 'whole'})`, hint: 'Open the credential and correct the field', delivery: 'notSent' });
}
