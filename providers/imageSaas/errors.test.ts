import { throwUnlessOk, toJobError } from './errors';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({ status, headers, text: typeof body === 'string' ? body : JSON.stringify(body) });
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
	expect(thrown(status, { error, message: 'why' })).toMatchObject({ code, retryable, httpStatus: status, message: `Image SaaS answered ${status} (${error}: why)` });
});

it.each([
	[400, '<html><body><h1>Bad Request</h1></body></html>', 'invalidRequest', 'Bad Request'],
	[413, 'request entity too large', 'invalidRequest', 'too large'],
	[502, '<html>Bad Gateway</html>', 'overloaded', 'Bad Gateway'],
	[302, '', 'invalidRequest', '(empty)'],
])('%i with a page instead of JSON is told by its status', (status, page, code, said) => {
	expect(thrown(status, page)).toMatchObject({ code, message: expect.stringContaining(said) });
});

it('Retry-After comes along', () => {
	expect(thrown(429, { error: 'RATE_LIMIT_EXCEEDED' }, { 'retry-after': '3' })).toMatchObject({ retryAfterMs: 3_000 });
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
