import fc from 'fast-check';
import { errorCodes, ImageError } from '../../model/errors';
import { throwUnlessOk, toJobError } from './errors';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
	status,
	headers,
	text: typeof body === 'string' ? body : JSON.stringify(body),
});
const thrown = (status: number, body: unknown, headers?: Record<string, string>): unknown => {
	try {
		throwUnlessOk(answer(status, body, headers), 0);
	} catch (error) {
		return error;
	}
	return undefined;
};

it.each([
	// The document's table.
	[400, 'INVALID_REQUEST', 'invalidRequest', false],
	[401, 'INVALID_API_KEY', 'auth', false],
	[429, 'RATE_LIMIT_EXCEEDED', 'rateLimited', true],
	[404, 'JOB_NOT_FOUND', 'notFound', false],
	[400, 'INVALID_STATE', 'conflict', false],
	[500, 'PROVIDER_ERROR', 'upstream', true],
	[503, 'SERVICE_OVERLOAD', 'overloaded', true],
	[500, 'UNKNOWN_ERROR', 'upstream', true],
	// The real server.
	[401, 'UNAUTHORIZED', 'auth', false],
	[404, 'NOT_FOUND', 'notFound', false],
	[500, 'INTERNAL_ERROR', 'upstream', true],
	// A code never contradicts a clear status.
	[401, 'SERVICE_OVERLOAD', 'auth', false],
	[503, 'INVALID_REQUEST', 'overloaded', true],
])('%i %s is %s', (status, error, code, retryable) => {
	expect(thrown(status, { error, message: 'why' })).toMatchObject({
		code,
		retryable,
		httpStatus: status,
		message: `Image SaaS answered ${status} (${error}: why)`,
	});
});

it.each([
	[400, '<html><body><h1>Bad Request</h1></body></html>', 'invalidRequest', 'Bad Request'],
	[413, 'request entity too large', 'invalidRequest', 'too large'],
	[502, '<html>Bad Gateway</html>', 'overloaded', 'Bad Gateway'],
	[302, '', 'invalidRequest', '(empty)'],
])('%i with a page instead of JSON is reported by its status', (status, page, code, reported) => {
	expect(thrown(status, page)).toMatchObject({ code, message: expect.stringContaining(reported) });
});

it('Retry-After comes along', () => {
	expect(thrown(429, { error: 'RATE_LIMIT_EXCEEDED' }, { 'retry-after': '3' })).toMatchObject({
		retryAfterMs: 3_000,
	});
});

it('an answer of 200 or 202 is none', () => {
	expect([thrown(200, {}), thrown(202, {})]).toEqual([undefined, undefined]);
});

it.each([
	['PROVIDER_ERROR', 'quota', 'upstream'],
	['SERVICE_OVERLOAD', null, 'overloaded'],
	['TENANT_CONC_LIMIT', 'too many', 'rateLimited'],
	['PROVIDER_ERROR', 'Blocked by safety settings', 'contentRejected'],
	[null, null, 'upstream'],
])('a job that failed with %s (%s) is %s', (code, message, expected) => {
	expect(toJobError(code, message).code).toBe(expected);
});

it.each([301, 302, 307, 308])('a redirect (%i) is not followed, and the hint names the wrong setting', (status) => {
	expect(thrown(status, '')).toMatchObject({
		code: 'invalidRequest',
		retryable: false,
		hint: expect.stringContaining('final address') as string,
	});
});

it.each([
	[403, 'auth'],
	[404, 'notFound'],
	[409, 'conflict'],
	[413, 'invalidRequest'],
	[422, 'invalidRequest'],
	[429, 'rateLimited'],
	[500, 'upstream'],
	[501, 'upstream'],
	[502, 'overloaded'],
	[504, 'overloaded'],
	[505, 'upstream'],
])('%i without a word is %s', (status, code) => {
	expect(thrown(status, '')).toMatchObject({
		code,
		httpStatus: status,
		message: `Image SaaS answered ${status} ((empty))`,
	});
});

it('a body that is too large and a rejected key have clear errors', () => {
	for (const body of ['', { error: 'INVALID_REQUEST', message: 'too large' }])
		expect(thrown(413, body)).toMatchObject({
			code: 'invalidRequest',
			hint: expect.stringContaining('100 KB') as string,
		});
	expect(thrown(401, '')).toMatchObject({ hint: expect.stringContaining('API key') as string });
});

it('a code without a message is the message', () => {
	expect(thrown(400, { error: 'INVALID_REQUEST' })).toMatchObject({
		message: 'Image SaaS answered 400 (INVALID_REQUEST)',
		hint: null,
	});
});

it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', 'BRAND_NEW'])(
	'an unknown code (%s) is reported by the status',
	(error) => {
		expect(thrown(400, { error })).toMatchObject({ code: 'invalidRequest', retryable: false });
		expect(thrown(500, { error })).toMatchObject({ code: 'upstream', retryable: true });
		expect(toJobError(error, 'why')).toMatchObject({ code: 'upstream', message: `${error}: why`, retryable: true });
	},
);

it('whatever status and body come, the error is one of ours and says the status', () => {
	const body = fc.oneof(
		fc.string(),
		fc.json(),
		fc.record({ error: fc.string(), message: fc.string() }).map((value) => JSON.stringify(value)),
	);
	fc.assert(
		fc.property(
			fc.oneof(fc.integer({ min: 300, max: 599 }), fc.integer({ min: 100, max: 199 })),
			body,
			(status, text) => {
				const error = thrown(status, text);
				expect(error).toBeInstanceOf(ImageError);
				expect(errorCodes).toContain((error as ImageError).code);
				expect((error as ImageError).message).toContain(String(status));
			},
		),
	);
});

it.each([
	['SAFETY', null],
	[null, 'Your request was blocked'],
	['PROVIDER_ERROR', 'content policy violation'],
	['PROVIDER_ERROR', 'content_filter'],
	['PROVIDER_ERROR', 'PROHIBITED_CONTENT'],
	['PROVIDER_ERROR', 'failed moderation'],
])('content rejected by the model (%s, %s) is not tried again', (code, message) => {
	expect(toJobError(code, message)).toMatchObject({
		code: 'contentRejected',
		retryable: false,
		hint: 'Change the prompt or the reference',
	});
});
