import { dataOf, isNotAccepted as isNotAccepted } from './errors';

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
