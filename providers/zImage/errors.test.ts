import { failureOfTask, isNotAccepted as isNotAccepted } from './errors';
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
	])('%j is told in full', (error, message, code) => {
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
