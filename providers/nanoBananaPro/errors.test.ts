import { dataOf, errorOfAnswer, failureOf, isNotAccepted } from './errors';

const json = (body: unknown) => JSON.stringify(body);
const reported = (code: unknown, message = 'no') => json({ code, message, data: null });

it.each([
	[400, reported(400, '生成数量必须在 1-100 张之间'), true],
	[429, reported(429), true],
	[503, reported(503, '任务队列已满，请稍后再试'), true],
	[404, reported(404), true],
	// The other API of the server: a path it does not have, in plain text.
	[404, '404 page not found', true],
	[413, '', true],
	[308, '', true],
	// The code of an error under 200 is an HTTP status.
	[200, reported(400), true],
	[200, reported(429), true],
	[200, reported(503), true],
	[200, reported('503'), true],
	[200, reported(500), false],
	[200, reported(504), false],
	[200, reported(409), false],
	[200, json({ code: 0, message: 'success', data: { id: 'a' } }), false],
	[200, json({ code: 200, message: 'success', data: { task_id: 'a' } }), false],
	[200, '', false],
	[200, '<html>welcome</html>', false],
	[500, reported(500, '创建任务失败，请稍后重试'), false],
	[500, reported(429, 'rate limit'), false],
	[502, reported(503), false],
	[504, '<html>Gateway Time-out</html>', false],
	[503, '<html>Service Unavailable</html>', false],
	[429, '<html>Slow down</html>', false],
	// Status and code must agree.
	[400, reported(500), false],
	[400, reported(0), false],
	[409, reported(409), false],
	[503, null, false],
])('%i %s: refused is %s', (status, text, refused) => {
	expect(isNotAccepted({ status, headers: {}, text })).toBe(refused);
});

it.each([
	[200, { code: '0', data: { id: 'a' } }],
	[200, { code: 500, message: 'odd', data: { task_id: 'a' } }],
	[202, { data: { id: 'a' } }],
	[200, { code: null, data: { id: 7 } }],
])('%i %j names a task, so it is an answer', (status, body) => {
	expect(dataOf({ status, headers: {}, text: json(body) }, 0)).toEqual(body.data);
});

it.each([
	[200, reported(500), 'upstream'],
	[200, json({ code: 0, data: { id: '' } }), undefined],
	[500, json({ code: 0, data: { id: 'a' } }), 'upstream'],
	[200, 'plain', 'malformedResponse'],
])('%i %s names none (%s)', (status, text, code) => {
	const read = () => dataOf({ status, headers: {}, text }, 0);
	if (code === undefined) expect(read()).toEqual({ id: '' });
	else expect(read).toThrow(expect.objectContaining({ code }) as Error);
});

const thrown = (status: number, text: string, headers: Record<string, string> = {}): unknown => {
	try {
		return dataOf({ status, headers, text }, 0);
	} catch (error) {
		return error;
	}
};

it.each([
	[200, reported(400, '生成数量必须在 1-100 张之间'), 'invalidRequest', 400],
	[200, reported(429), 'rateLimited', 429],
	[200, reported(503), 'overloaded', 503],
	[201, reported(401), 'auth', 401],
	[400, reported(0), 'invalidRequest', 400],
	[429, reported(400), 'rateLimited', 429],
	[500, 'oops', 'upstream', 500],
	[300, reported(0), 'invalidRequest', 300],
	[199, reported(0), 'invalidRequest', 199],
] as const)('%i %s is %s (%i)', (status, text, code, meant) => {
	expect(thrown(status, text)).toMatchObject({
		code,
		httpStatus: status,
		message: expect.stringContaining(`answered ${meant} (`) as string,
	});
});

it('a page under 200 asks whether the base URL leads to the API', () => {
	expect(thrown(200, '<html>Welcome</html>')).toMatchObject({
		code: 'malformedResponse',
		message: 'NanoBananaPro answered Welcome',
		httpStatus: 200,
		hint: expect.stringContaining('base URL') as string,
	});
});

it('a path that the server does not have points to the other API', () => {
	expect(thrown(404, '404 page not found')).toMatchObject({
		code: 'invalidRequest',
		message: 'This server does not offer that call (404)',
		hint: expect.stringContaining('Choose the other API') as string,
		httpStatus: 404,
	});
	expect(thrown(404, reported(404, 'no such task'))).toMatchObject({
		code: 'notFound',
		message: 'NanoBananaPro answered 404 (no such task)',
		hint: expect.stringContaining('Check the ID') as string,
	});
});

it('a busy server is reported as busy, with Retry-After', () => {
	expect(thrown(429, reported(429), { 'retry-after': '3' })).toMatchObject({
		retryAfterMs: 3_000,
		hint: expect.stringContaining('Requests per Minute') as string,
	});
	expect(errorOfAnswer({ status: 400, httpStatus: 200, message: '', isPlain: false })).toMatchObject({
		hint: null,
		retryAfterMs: null,
		message: 'NanoBananaPro answered 400 ((empty))',
	});
});

it.each([
	['Blocked by safety settings', 'contentRejected'],
	['I must refuse this', 'contentRejected'],
	['内容违规', 'contentRejected'],
	['API key not valid', 'auth'],
	['PERMISSION_DENIED', 'auth'],
	['密钥无效', 'auth'],
	['Error 403', 'auth'],
	['insufficient balance', 'quotaExceeded'],
	['配额已用完', 'quotaExceeded'],
	['RESOURCE_EXHAUSTED', 'rateLimited'],
	['请求过于频繁', 'rateLimited'],
	['model overloaded', 'overloaded'],
	['Error 503', 'overloaded'],
	['deadline exceeded', 'timeout'],
	['请求超时', 'timeout'],
	['disk full', 'upstream'],
] as const)('a task that failed with "%s" is %s', (message, code) => {
	expect(failureOf(message)).toMatchObject({ code, message });
});

it('a task that failed without a word says so', () => {
	for (const message of [null, undefined, ''])
		expect(failureOf(message)).toMatchObject({
			code: 'upstream',
			message: 'The task failed, and the server gave no reason',
			hint: null,
		});
	expect(failureOf('sensitive').hint).toContain('Change the prompt');
	expect(failureOf('quota').hint).toContain('Top up');
	expect(failureOf('401').hint).toContain('credential');
});
