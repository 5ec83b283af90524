import { failureOfTask, isNotAccepted, throwUnlessOk, toJobError } from './errors';
import { taskAnswer } from './wire';

const detail = (value: unknown) => JSON.stringify({ detail: value });

it.each([
	[401, detail('Missing X-Auth-Key'), true],
	[403, detail('Invalid X-Auth-Key'), true],
	[422, detail([{ loc: ['body', 'width'], msg: 'Input should be less than or equal to 2048' }]), true],
	[429, detail('Too many requests'), true],
	[503, detail({ code: 'NO_WORKER', message: 'No worker' }), true],
	[404, detail('Not Found'), true],
	[404, '<html>no such site</html>', true],
	[302, '', true],
	[500, 'Internal Server Error', false],
	[500, detail('rate limit'), false],
	[502, detail('Bad gateway'), false],
	[503, 'Service Unavailable', false],
	[403, '<html>Forbidden</html>', false],
	[429, '<html>Slow down</html>', false],
	[422, '{"detail"', false],
	[408, detail('Time-out'), false],
	[409, detail('Conflict'), false],
	[200, detail('odd'), false],
	[503, null, false],
])('%i %s: refused is %s', (status, text, refused) => {
	expect(isNotAccepted({ status, headers: {}, text })).toBe(refused);
});

describe('why a task failed', () => {
	const inner = (error: object) => ({ error: JSON.stringify(error), error_code: null, error_hint: null });

	it.each([
		[
			{ code: 'ERROR', message: 'Generation failed', detail: 'CUDA out of memory. Tried to allocate 2 GiB' },
			'ERROR: Generation failed (CUDA out of memory. Tried to allocate 2 GiB)',
			'overloaded',
		],
		[
			{ code: 'ERROR', message: 'Generation failed', detail: { step: 3, reason: 'nan' } },
			'ERROR: Generation failed ({"step":3,"reason":"nan"})',
			'upstream',
		],
		[{ message: '', detail: 'disk full' }, 'disk full', 'upstream'],
		[{ code: 'ERROR', message: 'Failed: disk full', detail: 'disk full' }, 'ERROR: Failed: disk full', 'upstream'],
		[{ code: 'SAFETY_REJECTED', message: 'No', detail: null }, 'SAFETY_REJECTED: No', 'contentRejected'],
		[{ code: 7, message: { odd: true }, detail: 'shown all the same' }, '7: shown all the same', 'upstream'],
		[{}, 'The task failed, and the server gave no reason', 'upstream'],
	])('%j is reported completely', (error, message, code) => {
		expect(failureOfTask(inner(error))).toMatchObject({ message, code });
		expect(failureOfTask(taskAnswer.parse({ ...inner(error), task_id: 'a', error }))).toMatchObject({
			message,
			code,
		});
	});

	it('a plain text, code and hint as the document has them', () => {
		expect(
			failureOfTask({ error: 'CUDA out of memory', error_code: 'GPU_OOM', error_hint: 'Choose a smaller size' }),
		).toMatchObject({ code: 'overloaded', message: 'GPU_OOM: CUDA out of memory', hint: 'Choose a smaller size' });
	});
});

const thrown = (status: number, text: string, headers: Record<string, string> = {}): unknown => {
	try {
		throwUnlessOk({ status, headers, text }, 0);
	} catch (error) {
		return error;
	}
	return undefined;
};

it.each([
	[401, 'auth', 'Put an Auth Key'],
	[403, 'auth', 'another key'],
	[404, 'notFound', 'base URL'],
	[422, 'invalidRequest', 'field'],
	[429, 'rateLimited', 'Requests per Minute'],
	[503, 'overloaded', 'later'],
	[307, 'invalidRequest', 'redirects'],
] as const)('%i is %s and says what to do', (status, code, hint) => {
	expect(thrown(status, detail('no'))).toMatchObject({
		code,
		httpStatus: status,
		message: `Z-Image answered ${status} (no)`,
		hint: expect.stringContaining(hint) as string,
	});
});

it.each([400, 409, 500])('%i has no general hint', (status) => {
	expect(thrown(status, detail('no'))).toMatchObject({ httpStatus: status, hint: null });
});

it.each([200, 201, 299])('%i is a success', (status) => {
	expect(thrown(status, '')).toBeUndefined();
});

it.each([199, 300])('%i is none', (status) => {
	expect(thrown(status, '')).toMatchObject({ httpStatus: status });
});

it.each([
	[
		detail([
			{ loc: ['body', 'width'], msg: 'too large' },
			{ loc: ['query', 'limit', 0], msg: null },
			{ msg: 'odd' },
		]),
		'width: too large; query.limit.0: not valid; : odd',
	],
	[detail({ code: 'NO_WORKER', message: 'No worker' }), 'No worker'],
	[detail({ code: 'NO_WORKER' }), 'NO_WORKER'],
	[detail({}), '(empty)'],
	['<html>Forbidden</html>', 'Forbidden'],
])('the reason in %s is "%s"', (text, reason) => {
	expect(thrown(400, text)).toMatchObject({ message: `Z-Image answered 400 (${reason})` });
});

it('Retry-After comes along', () => {
	expect(thrown(429, detail('no'), { 'retry-after': '3' })).toMatchObject({ retryAfterMs: 3_000 });
});

it.each([
	['NSFW_DETECTED', 'contentRejected'],
	['content_policy', 'contentRejected'],
	['GPU_OOM', 'overloaded'],
	['ROOM_FULL', 'upstream'],
	['no gpu', 'overloaded'],
	['NO_CAPACITY', 'overloaded'],
	['TIMEOUT', 'timeout'],
	['timed out', 'timeout'],
	['SoftTimeLimitExceeded', 'timeout'],
	['validation failed', 'invalidRequest'],
	['insufficient credit', 'quotaExceeded'],
	['disk full', 'upstream'],
] as const)('"%s" as a code, a message or a hint means %s', (words, code) => {
	for (const where of [{ code: words }, { message: words }, { hint: words }])
		expect(toJobError(where)).toMatchObject({ code, message: words });
});

it('a failure without a word says so, and a rejected prompt says what to do', () => {
	expect(toJobError({})).toMatchObject({ message: 'The task failed, and the server gave no reason', hint: null });
	expect(toJobError({ code: 'NSFW' })).toMatchObject({ hint: 'Change the prompt' });
	expect(toJobError({ code: 'NSFW', hint: 'Be kind' })).toMatchObject({ hint: 'Be kind' });
});
