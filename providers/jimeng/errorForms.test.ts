import { bodyOf, isNotAccepted } from './errors';

const thrown = (status: number, body: unknown): unknown => {
	try {
		return bodyOf({ status, headers: {} }, typeof body === 'string' ? body : JSON.stringify(body), 0);
	} catch (error) {
		return error;
	}
};

it.each(['constructor', 'toString', '__proto__', 'BRAND_NEW'])(
	'a code that is not in the table (%s) is reported by text and status',
	(code) => {
		expect(thrown(200, { error: { code, message: 'no' } })).toMatchObject({
			code: 'upstream',
			retryable: false,
			message: `Jimeng answered ${code} (no)`,
		});
		expect(thrown(400, { error: { code, message: 'no' } })).toMatchObject({ code: 'invalidRequest' });
		expect(thrown(200, { error: { code, message: '积分不足' } })).toMatchObject({ code: 'quotaExceeded' });
	},
);

it.each<[unknown, string]>([
	[{ error: 'too fast' }, 'Jimeng answered 429 (too fast)'],
	[{ error: { message: 'too fast' } }, 'Jimeng answered 429 (too fast)'],
	[{ error: { type: 'RATE', message: 'too fast' } }, 'Jimeng answered RATE (too fast)'],
	[{ error: { type: 'RATE', code: 'FAST', message: 'too fast' } }, 'Jimeng answered FAST (too fast)'],
	[{ error: { code: 7 } }, 'Jimeng answered 7 (7)'],
	[{ error: {} }, 'Jimeng answered 429 (no reason given)'],
	['too fast', 'Jimeng answered 429 (too fast)'],
])('a 429 with %j is a rate limit in any form', (body, message) => {
	expect(thrown(429, body)).toMatchObject({ code: 'rateLimited', retryable: true, httpStatus: 429, message });
});

it('an answer that was cut off decides by its status alone', () => {
	const answer = (status: number) => isNotAccepted({ status, headers: {}, text: null });
	expect([401, 404, 302].map(answer)).toEqual([true, true, true]);
	expect([200, 400, 403, 429, 500, 503].map(answer)).toEqual([false, false, false, false, false, false]);
});
