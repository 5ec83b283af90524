import { z } from 'zod4';
import { ImageError } from '../model/errors';
import type { EndpointConfig } from './provider';

const isPlain = ({ username, password, search, hash }: URL) => `${username}${password}${search}${hash}` === '';

/** An empty field or 0 means "no limit". */
const limit = z
	.union([z.number(), z.string().trim().regex(/^\d*$/, 'is not a number').transform(Number)])
	.pipe(z.number().int().min(0))
	.optional();

const common = z.object({
	baseUrl: z
		.string()
		.trim()
		.transform((text) => text.replace(/\/+$/, ''))
		.refine((text) => URL.canParse(text) && /^https?:\/\//i.test(text), 'Base URL is not an http or https address')
		.refine(
			(text) => !URL.canParse(text) || isPlain(new URL(text)),
			'Base URL must not contain a user name, a password or a query',
		),
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
	/** The fields that must never be shown; the webhook secret is always added. */
	secrets: (fields: T) => ReadonlyArray<string | undefined>;
}

/**
 * Reads the fields that every credential has, and the provider's own fields, which the session finds in `own`.
 * Throws `invalidRequest` that names the invalid field of the credential.
 */
export function readEndpoint<T>(
	credential: unknown,
	{ fields: schema, headers, secrets }: OwnFields<T>,
): EndpointConfig & { own: T } {
	const fields = check(common, credential);
	const own = check(schema, credential);
	return {
		baseUrl: fields.baseUrl,
		headers: headers(own),
		secrets: [...secrets(own), fields.webhookSecret].filter(
			(value): value is string => value !== undefined && value !== '',
		),
		own,
		limits: { requestsPerMinute: fields.requestsPerMinute || null, jobsInFlight: fields.jobsInFlight || null },
		allowedHosts: (fields.allowedHosts ?? '')
			.split(',')
			.map((host) => host.trim().toLowerCase())
			.filter(Boolean),
	};
}

function check<T>(schema: z.ZodType<T>, credential: unknown): T {
	const parsed = schema.safeParse(credential);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw new ImageError('invalidRequest', {
		message: `The credential is not usable: ${issue?.message ?? 'unknown'} (${issue?.path.join('.') || 'whole'})`,
		hint: 'Open the credential and correct the field',
		delivery: 'notSent',
	});
}

const furtherEndpoints = z
	.object({
		moreEndpoints: z
			.object({
				endpoint: z
					.array(
						z.object({
							name: z.string().trim().optional(),
							baseUrl: z.string().trim().optional(),
							key: z.string().optional(),
							priority: z.number().optional(),
							weight: z.number().positive('Weight is not above 0').optional(),
							models: z.string().optional(),
							requestsPerMinute: limit,
							jobsInFlight: limit,
						}),
					)
					.optional(),
			})
			.optional(),
	})
	.transform(({ moreEndpoints }) => moreEndpoints?.endpoint ?? []);

/** One endpoint of a credential, and when it is used. */
export interface PooledEndpoint {
	/** As in `job.endpoint`. */
	name: string;
	/** Lower ones are used first. */
	priority: number;
	/** Share of the requests among the endpoints of the same priority. */
	weight: number;
	/** The models that it is used for; empty: every model. */
	models: readonly string[];
	/** The fields of a credential with only this endpoint. */
	credential: Record<string, unknown>;
}

/** Name of the endpoint that the credential's own fields describe. */
export const mainEndpoint = 'main';

/**
 * The endpoints of a credential; the first is the endpoint of the credential's own fields. Each further endpoint has
 * another base URL, another key or both. If a field is empty, the value of the first endpoint applies. Throws
 * `invalidRequest` if two have the same name.
 * @param keyField the name of the credential's field that `key` replaces
 */
export function readPool(credential: unknown, keyField: string): PooledEndpoint[] {
	const { moreEndpoints: _more, ...own } =
		typeof credential === 'object' && credential !== null ? (credential as Record<string, unknown>) : {};
	const further = check(furtherEndpoints, credential).map(
		({ name, baseUrl, key, priority = 1, weight = 1, models = '', requestsPerMinute, jobsInFlight }, index) => ({
			name: name || `endpoint ${index + 2}`,
			priority,
			weight,
			models: models
				.split(',')
				.map((model) => model.trim())
				.filter(Boolean),
			credential: {
				...own,
				...(baseUrl ? { baseUrl } : {}),
				...(key ? { [keyField]: key } : {}),
				...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
				...(jobsInFlight === undefined ? {} : { jobsInFlight }),
			},
		}),
	);
	const pool = [{ name: mainEndpoint, priority: 0, weight: 1, models: [], credential: own }, ...further];
	const repeated = pool.find(({ name }, index) => pool.findIndex((other) => other.name === name) !== index);
	if (repeated)
		throw new ImageError('invalidRequest', {
			message: `The credential names two endpoints "${repeated.name}"`,
			hint: 'Give each endpoint its own name',
			delivery: 'notSent',
		});
	return pool;
}
