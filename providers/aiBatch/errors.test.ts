import { bodyOf, failureOf, isNotAccepted } from './errors';

const refused = (error: unknown) => JSON.stringify({ success: false, error });

it.each([
	...[400, 401, 403, 404, 405, 413, 422, 429, 503].map((status) => [status, refused('no'), true] as const),
	[400, refused('Unsupported provider: replicate'), true],
	[500, refused('rate limit exceeded'), false],
	[500, refused('API key not valid'), false],
	[500, refused('Invalid image size'), false],
	[200, refused('safety'), false],
	[200, refused('rate limit exceeded'), false],
	[502, refused('no'), false],
	[504, refused('no'), false],
	[408, refused('time-out'), false],
	[404, '<html>Not Found</html>', true],
	[405, '<html>Method Not Allowed</html>', true],
	[301, '', true],
	[429, '<html>Slow down</html>', false],
	[403, '<html>Forbidden</html>', false],
	[503, '<html>Service Unavailable</html>', false],
	[400, JSON.stringify({ error: 'no' }), false],
	[400, '{"success": false', false],
	[200, JSON.stringify({ success: true, images: [] }), false],
	[200, null, false],
] as const)('%i %s: refused is %s', (status, text, isIt) => {
	expect(isNotAccepted({ status, headers: {}, text })).toBe(isIt);
});

it.each(['rate limit exceeded', 'Service overloaded', 'timed out', 'unavailable'])(
	'the text of a 500 (%s) decides its code and does not make it retryable',
	(words) => {
		for (const status of [500, 200])
			expect(failureOf({ status, headers: {} }, refused(words), 0)).toMatchObject({ retryable: false });
		expect(failureOf({ status: 429, headers: {} }, refused(words), 0)).toMatchObject({
			code: 'rateLimited',
			retryable: true,
		});
	},
);

const failure = (status: number, text: string, headers: Record<string, string> = {}) =>
	failureOf({ status, headers }, text, 0);

it.each([
	['Blocked by safety settings', 'contentRejected'],
	['content policy violation', 'contentRejected'],
	['content_filter', 'contentRejected'],
	['NSFW detected', 'contentRejected'],
	['內容審核未通過', 'contentRejected'],
	['违规', 'contentRejected'],
	['API key not valid', 'auth'],
	['api_key missing', 'auth'],
	['Unauthorized', 'auth'],
	['金鑰錯誤', 'auth'],
	['quota exceeded', 'quotaExceeded'],
	['餘額不足', 'quotaExceeded'],
	['rate limit exceeded', 'rateLimited'],
	['Too Many Requests', 'rateLimited'],
	['請求過於頻繁', 'rateLimited'],
	['Unsupported provider: replicate', 'invalidRequest'],
	['image_count must be at most 5', 'invalidRequest'],
	['缺少 prompt', 'invalidRequest'],
	['model overloaded', 'overloaded'],
	['服务繁忙', 'overloaded'],
	['Request timed out', 'timeout'],
	['請求逾時', 'timeout'],
	['disk full', 'upstream'],
] as const)('the text "%s" of a 500 or of a 200 is %s', (text, code) => {
	for (const status of [500, 200]) expect(failure(status, refused(text))).toMatchObject({ code, httpStatus: status });
});

it.each([
	[400, 'quota exceeded', 'quotaExceeded'],
	[400, 'no', 'invalidRequest'],
	// With other statuses the text does not change the meaning.
	[401, 'rate limit', 'auth'],
	[402, 'no', 'quotaExceeded'],
	[404, 'safety', 'notFound'],
	[422, 'timed out', 'invalidRequest'],
	[429, 'safety', 'rateLimited'],
	[501, 'safety', 'upstream'],
	[503, 'API key', 'overloaded'],
] as const)('%i with the text "%s" is %s', (status, text, code) => {
	expect(failure(status, refused(text))).toMatchObject({ code, message: `AI Batch answered ${status} (${text})` });
});

it('a wrong key, a missing quota, a rejected prompt and a busy server say what to do', () => {
	const hints = [
		failure(401, refused('no')).hint,
		failure(500, refused('API key not valid')).hint,
		failure(500, refused('quota')).hint,
		failure(500, refused('safety')).hint,
		failure(503, refused('no')).hint,
	];
	expect(hints).toEqual([
		expect.stringContaining('credential'),
		expect.stringContaining('credential'),
		expect.stringContaining('Top up'),
		'Change the prompt',
		expect.stringContaining('try again later'),
	]);
	expect(failure(500, refused('disk full')).hint).toBeNull();
});

it.each([
	[404, '<html>Not Found</html>', 'notFound', 'does not offer that call (404)'],
	[405, '\n <!doctype html>', 'notFound', 'does not offer that call (405)'],
	[404, refused('no such image'), 'notFound', 'no such image'],
	[404, 'no such page', 'notFound', 'no such page'],
	[405, refused('no'), 'invalidRequest', 'no'],
	[502, '<html>Bad Gateway</html>', 'overloaded', 'Bad Gateway'],
] as const)('%i %s is %s: %s', (status, text, code, words) => {
	expect(failure(status, text)).toMatchObject({
		code,
		httpStatus: status,
		message: expect.stringContaining(words) as string,
	});
});

it.each([
	[refused('a text'), 'a text'],
	[refused({ message: 'inside' }), 'inside'],
	[JSON.stringify({ success: false, message: 'beside' }), 'beside'],
	[JSON.stringify({ success: false, error: {}, message: 'beside' }), 'beside'],
	[JSON.stringify({ odd: 1 }), '{"odd":1}'],
	['plain', 'plain'],
])('the reason of %s is "%s"', (text, reason) => {
	expect(failure(500, text).message).toBe(`AI Batch answered 500 (${reason})`);
});

it('Retry-After comes along', () => {
	expect(failure(429, refused('no'), { 'retry-after': '3' }).retryAfterMs).toBe(3_000);
	expect(failure(429, refused('no')).retryAfterMs).toBeNull();
});

it.each([
	[200, JSON.stringify({ success: true }), true],
	[201, JSON.stringify({ images: [] }), true],
	[299, 'null', true],
	[200, refused('no'), false],
	[300, JSON.stringify({ success: true }), false],
	[199, JSON.stringify({ success: true }), false],
	[500, JSON.stringify({ success: true }), false],
] as const)('%i %s: the body of a success is %s', (status, text, isBody) => {
	const read = () => bodyOf({ status, headers: {} }, text, 0);
	if (isBody) expect(read()).toEqual(JSON.parse(text));
	else expect(read).toThrow(`AI Batch answered ${status}`);
});
