import { isNotAccepted } from './errors';

const json = (body: unknown) => JSON.stringify(body);

it.each([
	// The document's table, and what the real server sends instead.
	[400, json({ error: 'INVALID_REQUEST', message: 'prompt is empty' }), true],
	[401, json({ error: 'INVALID_API_KEY' }), true],
	[401, json({ error: 'UNAUTHORIZED' }), true],
	[429, json({ error: 'RATE_LIMIT_EXCEEDED' }), true],
	[503, json({ error: 'SERVICE_OVERLOAD' }), true],
	[500, json({ error: 'PROVIDER_ERROR' }), false],
	[500, json({ error: 'UNKNOWN_ERROR' }), false],
	[500, json({ error: 'INTERNAL_ERROR' }), false],
	// The text of a 500 does not make it "not accepted".
	[500, json({ error: 'RATE_LIMIT_EXCEEDED', message: 'rate limit' }), false],
	[413, 'request entity too large', true],
	[307, '', true],
	// The real server's page for malformed JSON, which the pack never sends, looks like a gateway's page.
	[400, '<html>Bad Request</html>', false],
	[429, '<html>Too Many Requests</html>', false],
	[403, '<html>Blocked</html>', false],
	[503, '<html>Service Unavailable</html>', false],
	[503, json({ status: 503, error: 'Service Unavailable', path: '/v1/images/generate' }), false],
	[502, json({ error: 'SERVICE_OVERLOAD' }), false],
	[504, '', false],
	[409, json({ error: 'CONFLICT' }), false],
	[202, json({ jobId: 'a', status: 'QUEUED' }), false],
	[200, '{"jobId":', false],
	[400, null, false],
])('%i %s: refused is %s', (status, text, refused) => {
	expect(isNotAccepted({ status, headers: {}, text })).toBe(refused);
});
