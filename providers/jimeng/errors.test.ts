import { isNotAccepted as isNotAccepted } from './errors';

const coded = (code: number, message = '失败') => JSON.stringify({ code, message, data: null });
const named = (code: string | null, message = 'no') =>
	JSON.stringify({ error: { message, type: 'some_error', ...(code === null ? {} : { code }) } });

it.each([
	// The real server's own codes under 200.
	[200, coded(-2000), true],
	[200, coded(-2002), true],
	[200, coded(-2003), true],
	[200, coded(-2004), true],
	[200, coded(-2006), true],
	[200, coded(-2009), true],
	[200, coded(-2001), false],
	[429, coded(-2001), true],
	[200, coded(-1000), false],
	[200, coded(-1000, '请求过于频繁 rate limit'), false],
	[200, coded(-2007), false],
	[200, coded(-2008), false],
	[200, coded(-2010), false],
	[400, coded(-2007), false],
	[503, coded(-1000), false],
	[401, coded(-2002), true],
	// The document's form, with a status or without.
	[401, named('INVALID_SESSION'), true],
	[400, named('CONTENT_FILTERED'), true],
	[402, named('INSUFFICIENT_POINTS'), true],
	[200, named('UPLOAD_TIMEOUT'), true],
	[400, named('UPLOAD_TIMEOUT'), true],
	[500, named('UPLOAD_TIMEOUT'), false],
	[500, coded(-2006), false],
	[409, coded(-2006), false],
	[200, named('CONTENT_FILTERED'), true],
	[400, named(null), true],
	[429, JSON.stringify({ error: 'too fast' }), true],
	[503, named('BUSY'), true],
	[500, named('GENERATION_FAILED'), false],
	[400, named('GENERATION_TIMEOUT'), false],
	[504, named('GENERATION_TIMEOUT'), false],
	[500, named(null, 'rate limit'), false],
	[200, named('GENERATION_FAILED'), false],
	// Pages of others, and what is no error.
	[404, 'Not Found', true],
	[413, '', true],
	[308, '', true],
	[429, '<html>Slow down</html>', false],
	[403, '<html>Forbidden</html>', false],
	[502, '<html>Bad Gateway</html>', false],
	[503, '', false],
	[200, '', false],
	[200, '{"data":', false],
	[200, coded(0), false],
	[200, JSON.stringify({ created: 1, data: [{ url: 'https://a.example/1.png' }] }), false],
	[200, null, false],
])('%i %s: refused is %s', (status, text, refused) => {
	expect(isNotAccepted({ status, headers: {}, text })).toBe(refused);
});
