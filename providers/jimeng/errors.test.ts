import { bodyOf, failureInText, isNotAccepted } from './errors';

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
	// Pages of other servers, and answers that are not errors.
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

const thrown = (status: number, text: string, headers: Record<string, string> = {}): unknown => {
	try {
		return bodyOf({ status, headers }, text, 0);
	} catch (error) {
		return error;
	}
};

it.each([
	[coded(-1000), 'upstream', false],
	[coded(-2000), 'invalidRequest', false],
	[coded(-2001), 'upstream', false],
	[coded(-2002), 'auth', false],
	[coded(-2003), 'invalidRequest', false],
	[coded(-2004), 'invalidRequest', false],
	[coded(-2006), 'contentRejected', false],
	[coded(-2007), 'upstream', false],
	[coded(-2008), 'upstream', false],
	[coded(-2009), 'quotaExceeded', false],
	[coded(-2010), 'upstream', false],
	[named('CONTENT_FILTERED'), 'contentRejected', false],
	[named('INSUFFICIENT_POINTS'), 'quotaExceeded', false],
	[named('INSUFFICIENT_CREDITS'), 'quotaExceeded', false],
	[named('INVALID_SESSION'), 'auth', false],
	[named('UPLOAD_TIMEOUT'), 'timeout', false],
	[named('GENERATION_TIMEOUT'), 'timeout', false],
	// The text distinguishes errors with the same code.
	[coded(-1000, '内容审核未通过'), 'contentRejected', false],
	[coded(-2007, '积分不足'), 'quotaExceeded', false],
	[coded(-1000, '登录失效'), 'auth', false],
	[coded(-1000, '下载图片出错'), 'invalidRequest', false],
	[coded(-1000, '请求超时'), 'timeout', false],
	[named(null, 'Generation timed out'), 'timeout', false],
	[named(null, 'content review failed'), 'contentRejected', false],
	[JSON.stringify({ error: 'insufficient balance' }), 'quotaExceeded', false],
	[JSON.stringify({ error: 'odd' }), 'upstream', false],
	// A known code has priority over the text.
	[coded(-2006, '积分不足'), 'contentRejected', false],
] as const)('200 %s is %s', (text, code, retryable) => {
	expect(thrown(200, text)).toMatchObject({
		code,
		retryable,
		httpStatus: 200,
		hint: expect.stringMatching(/./) as string,
	});
});

it.each([
	[401, named(null), 'auth'],
	[429, JSON.stringify({ error: 'too fast' }), 'rateLimited'],
	[503, named('BUSY'), 'overloaded'],
	[404, named(null, '积分不足'), 'notFound'],
	[401, named(null, 'content review'), 'auth'],
	[429, coded(-1000, '积分不足'), 'rateLimited'],
	[400, named(null, '积分不足'), 'quotaExceeded'],
	[400, named(null, 'odd'), 'invalidRequest'],
	[500, named(null, 'odd'), 'upstream'],
	[500, coded(-2009), 'quotaExceeded'],
	// Such a request was not worked on, whatever the code says. A used-up quota is a reason for it.
	[429, named('CONTENT_FILTERED'), 'rateLimited'],
	[429, coded(-2001), 'rateLimited'],
	[429, coded(-2007), 'rateLimited'],
	[429, named('UPLOAD_TIMEOUT'), 'rateLimited'],
	[429, named('INSUFFICIENT_CREDITS'), 'quotaExceeded'],
	[502, '<html>Bad Gateway</html>', 'overloaded'],
	[302, '', 'invalidRequest'],
] as const)('%i %s is %s', (status, text, code) => {
	expect(thrown(status, text)).toMatchObject({ code, httpStatus: status });
});

it.each([
	[200, coded(-2006, '敏感内容'), 'Jimeng answered -2006 (敏感内容)'],
	[400, named('CONTENT_FILTERED', 'no'), 'Jimeng answered CONTENT_FILTERED (no)'],
	[400, named(null, 'no'), 'Jimeng answered some_error (no)'],
	[400, JSON.stringify({ error: { code: 7 } }), 'Jimeng answered 7 (7)'],
	[400, JSON.stringify({ error: {} }), 'Jimeng answered 400 (no reason given)'],
	[400, JSON.stringify({ error: 'plain' }), 'Jimeng answered 400 (plain)'],
	[502, '<html>Bad Gateway</html>', 'Jimeng answered 502 (Bad Gateway)'],
])('%i %s says: %s', (status, text, message) => {
	expect(thrown(status, text)).toMatchObject({ message });
});

it('a status without its own hint gets the general one, and Retry-After is reported', () => {
	expect(thrown(429, JSON.stringify({ error: 'too fast' }), { 'retry-after': '3' })).toMatchObject({
		retryAfterMs: 3_000,
		hint: expect.stringContaining('Requests per Minute') as string,
	});
	expect(thrown(503, named('BUSY'))).toMatchObject({ hint: expect.stringContaining('later') as string });
	expect(thrown(400, named(null, 'odd'))).toMatchObject({ hint: null });
});

it.each([
	[200, coded(0)],
	[299, JSON.stringify({ created: 1, data: [] })],
	[200, JSON.stringify({ code: 0, message: 'ok', data: [] })],
])('%i %s is a success', (status, text) => {
	expect(thrown(status, text)).toEqual(JSON.parse(text));
});

it.each([
	[199, '{}'],
	[300, '{}'],
	[400, coded(0)],
])('%i %s is none', (status, text) => {
	expect(thrown(status, text)).toMatchObject({ httpStatus: status });
});

describe('a text of the chat', () => {
	it.each([
		['生成失败，请重试', 'upstream'],
		['错误: 未登录', 'auth'],
		['Error: insufficient credit', 'quotaExceeded'],
		['图片审核未通过', 'contentRejected'],
		['生成超时', 'timeout'],
		['upload failed', 'invalidRequest'],
	])('"%s" is a failure: %s', (text, code) => {
		expect(failureInText(text)).toMatchObject({
			code,
			retryable: false,
			httpStatus: 200,
			message: `Jimeng answered: ${text}`,
			hint: expect.stringMatching(/./) as string,
		});
	});

	it.each(['Here is your fox', '![image](https://a.example/1.png)', ''])('"%s" is none', (text) => {
		expect(failureInText(text)).toBeUndefined();
	});
});

it('a 429 of a call that was not accepted may be repeated, and says what to change', () => {
	expect(thrown(429, coded(-2001))).toMatchObject({
		retryable: true,
		hint: expect.stringContaining('Lower') as string,
	});
});
