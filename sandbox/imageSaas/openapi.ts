import { z } from 'zod4';
import { generateBody, STATUSES } from './request';

const nullable = (type: string) => ({ type: [type, 'null'] });
const urls = { type: 'array', items: { type: 'string', format: 'uri' } };
const error = (description: string) => ({
	description,
	type: 'object',
	required: ['error', 'message'],
	properties: { error: { type: 'string' }, message: { type: 'string' } },
});
const status = { type: 'string', enum: [...STATUSES] };
const times = {
	createdAt: { type: 'string', format: 'date-time' },
	updatedAt: { type: 'string', format: 'date-time' },
};
const short = (description: string) => ({
	description,
	type: 'object',
	properties: { jobId: { type: 'string' }, status },
});
const params = {
	type: 'object',
	required: ['jobId'],
	properties: { jobId: { type: 'string', description: 'Job id' } },
};
const security = [{ apiKey: [] }];
const unauthorized = error('INVALID_API_KEY');
const limited = error('RATE_LIMIT_EXCEEDED: 60 requests a minute; Retry-After says when the next one is let in');
const missing = error('JOB_NOT_FOUND');

/** The description of the service that the docs page shows. */
export const openapi = {
	openapi: '3.1.0',
	info: {
		title: 'Image SaaS (sandbox)',
		version: '1.0.0',
		description:
			'A local stand-in of the Image SaaS API. Press **Authorize** and enter the API key (the sample ' +
			'key of the document is `img_test_dev_123456789`), then try the endpoints. ' +
			'Markers in the prompt control the result of a job, e.g. `[fail:PROVIDER_ERROR]`, `[retry:2]` or ' +
			'`[slow:20000]`.',
	},
	components: { securitySchemes: { apiKey: { type: 'http' as const, scheme: 'bearer' } } },
	tags: [{ name: 'Service' }, { name: 'Images' }, { name: 'Jobs' }],
};

export const health = {
	summary: 'Health check',
	tags: ['Service'],
	response: {
		200: {
			description: 'The service runs',
			type: 'object',
			properties: { status: { type: 'string' }, timestamp: { type: 'string', format: 'date-time' } },
		},
	},
};

export const generate = {
	summary: 'Submit image generation',
	tags: ['Images'],
	security,
	headers: {
		type: 'object',
		properties: { 'Idempotency-Key': { type: 'string', description: 'The same key gives the same job' } },
	},
	body: bodySchema(),
	response: {
		202: short('Accepted and queued'),
		400: error('INVALID_REQUEST'),
		401: unauthorized,
		413: error('INVALID_REQUEST: the body is too large'),
		429: error('RATE_LIMIT_EXCEEDED: 60 requests a minute, 5 jobs at one time'),
	},
};

export const list = {
	summary: 'List jobs',
	tags: ['Jobs'],
	security,
	querystring: {
		type: 'object',
		properties: {
			status,
			limit: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
			cursor: { type: 'string', description: 'nextCursor of the page before' },
		},
	},
	response: {
		200: {
			description: 'Newest first',
			type: 'object',
			properties: {
				items: {
					type: 'array',
					items: {
						type: 'object',
						properties: {
							id: { type: 'string' },
							status,
							prompt: { type: 'string' },
							mode: { type: 'string', enum: ['draft', 'final'] },
							resultUrls: urls,
							errorCode: nullable('string'),
							errorMessage: nullable('string'),
							...times,
						},
					},
				},
				hasMore: { type: 'boolean' },
				nextCursor: { type: 'string', description: 'Only when there is more' },
			},
		},
		400: error('INVALID_REQUEST'),
		401: unauthorized,
		429: limited,
	},
};

export const get = {
	summary: 'Get job status',
	tags: ['Jobs'],
	security,
	params,
	response: {
		200: {
			description: 'The job',
			type: 'object',
			properties: {
				jobId: { type: 'string' },
				status,
				resultUrls: urls,
				error: { ...nullable('object'), properties: { code: { type: 'string' }, message: { type: 'string' } } },
				...times,
			},
		},
		401: unauthorized,
		404: missing,
		429: limited,
	},
};

export const cancel = {
	summary: 'Cancel job',
	description: 'Only a job that is QUEUED or RETRYING can be canceled.',
	tags: ['Jobs'],
	security,
	params,
	response: { 200: short('Canceled'), 400: error('INVALID_STATE'), 401: unauthorized, 404: missing, 429: limited },
};

/** The schema of the body, from the schema that checks the requests, so that the page is always correct. */
function bodySchema(): Record<string, unknown> {
	const { $schema: _, ...schema } = z.toJSONSchema(generateBody);
	return { ...schema, examples: [{ prompt: 'A photorealistic cat sitting on a couch', mode: 'draft' }] };
}
