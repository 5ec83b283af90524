import { ImageError } from '../../model/errors';
import { batchError, noPicture, throwErrors, wantsOneEach } from './errors';

interface Reported {
	status: number;
	word?: string;
	message?: string;
	details?: object[];
	headers?: Record<string, string>;
}

function thrown({ status, word = 'WORD', message = 'why', details, headers = {} }: Reported): unknown {
	const text = JSON.stringify({ error: { code: status, status: word, message, ...(details && { details }) } });
	try {
		throwErrors({ status, headers, text }, 0);
	} catch (error) {
		return error;
	}
	return undefined;
}

it.each<[Reported, object]>([
	[{ status: 404 }, { code: 'notFound', hint: /model or the ID/ }],
	[{ status: 404, message: 'API key not valid' }, { code: 'notFound' }],
	[{ status: 401 }, { code: 'auth', hint: /API key/ }],
	[{ status: 403 }, { code: 'auth' }],
	[{ status: 400, message: 'API key not valid. Please pass one.' }, { code: 'auth' }],
	[{ status: 400, details: [{ reason: 'API_KEY_INVALID' }] }, { code: 'auth' }],
	[{ status: 400, details: [{ other: 1 }, { reason: 'API_KEY_INVALID' }] }, { code: 'auth' }],
	[{ status: 400, word: 'UNAUTHENTICATED' }, { code: 'auth' }],
	[{ status: 500, message: '无效的令牌' }, { code: 'auth' }],
	[{ status: 429 }, { code: 'rateLimited', retryable: true }],
	[{ status: 429, details: [{ violations: [{ quotaId: 'RequestsPerMinute' }] }] }, { code: 'rateLimited' }],
	[
		{ status: 429, details: [{ violations: [{ quotaId: 'TokensPerMinute' }, { quotaId: 'RequestsPerDay' }] }] },
		{ code: 'quotaExceeded', retryable: false, hint: /rate-limit/ },
	],
	[{ status: 429, message: 'limit: 0' }, { code: 'quotaExceeded' }],
	[{ status: 429, message: 'Check your billing' }, { code: 'quotaExceeded' }],
	[{ status: 429, message: '余额不足' }, { code: 'quotaExceeded' }],
	[{ status: 400, details: [{ violations: [{ quotaId: 'PerDay' }] }] }, { code: 'invalidRequest' }],
	[
		{ status: 400, word: 'FAILED_PRECONDITION', message: 'enable billing' },
		{ code: 'quotaExceeded', hint: /billing/ },
	],
	[
		{ status: 400, word: 'FAILED_PRECONDITION', message: 'not in your country' },
		{ code: 'invalidRequest', hint: null },
	],
	[
		{ status: 400, message: 'Blocked' },
		{ code: 'contentRejected', hint: /prompt/ },
	],
	[{ status: 400, message: 'sensitive words' }, { code: 'contentRejected' }],
	[{ status: 500, message: 'Blocked' }, { code: 'upstream' }],
	[
		{ status: 504, word: 'DEADLINE_EXCEEDED' },
		{ code: 'timeout', hint: null },
	],
	[
		{ status: 503, word: 'UNAVAILABLE' },
		{ code: 'overloaded', retryable: true },
	],
])('%j is an error with its own meaning', (reported, { hint, ...error }: { hint?: RegExp | null }) => {
	expect(thrown(reported)).toMatchObject({
		...error,
		...(hint === undefined ? {} : { hint: hint && (expect.stringMatching(hint) as string) }),
		httpStatus: reported.status,
		message: `Gemini answered ${reported.status} (${reported.word ?? 'WORD'}: ${reported.message ?? 'why'})`,
	});
});

it('a reason is read only where a detail has one', () => {
	const details = [{ other: 1 }, { reason: null }, { reason: '' }];
	expect(thrown({ status: 400, details })).toMatchObject({ code: 'invalidRequest' });
});

it.each([
	['a header', { headers: { 'retry-after': '3' } }, 3_000],
	['a detail', { details: [{ reason: 'x' }, { retryDelay: '27.5s' }] }, 27_500],
	[
		'a header and a detail, of which the header counts',
		{ headers: { 'retry-after': '4' }, details: [{ retryDelay: '9s' }] },
		4_000,
	],
	['a detail of another form', { details: [{ retryDelay: 'soon 9s' }, { retryDelay: '9sec' }] }, null],
	['nothing', {}, null],
])('the pause after a rate limit comes from %s', (_what, more, retryAfterMs) => {
	expect(thrown({ status: 429, ...more })).toMatchObject({ retryAfterMs });
});

it('an answer of 2xx is no error, and a page is reported in its own words', () => {
	for (const status of [200, 204, 299]) expect(thrown({ status })).toBeUndefined();
	expect(() => throwErrors({ status: 300, headers: {}, text: 'Moved' }, 0)).toThrow('Gemini answered 300 (Moved)');
	expect(() => throwErrors({ status: 502, headers: {}, text: '<html>Bad Gateway</html>' }, 0)).toThrow(
		expect.objectContaining({ code: 'overloaded', retryAfterMs: null }) as Error,
	);
});

it.each([
	[3, 'no', 'invalidRequest'],
	[4, 'no', 'timeout'],
	[5, 'no', 'notFound'],
	[7, 'no', 'auth'],
	[8, 'no', 'rateLimited'],
	[9, 'no', 'invalidRequest'],
	[14, 'no', 'overloaded'],
	[16, 'no', 'auth'],
	[2, 'no', 'upstream'],
	[undefined, 'no', 'upstream'],
	[null, 'no', 'upstream'],
	[3, 'Blocked by safety', 'contentRejected'],
	[8, 'safety', 'contentRejected'],
])('code %s (%s) of a request in a batch is %s', (code, message, expected) => {
	expect(batchError({ code, message })).toMatchObject({ code: expected, message: `Gemini: ${message}` });
});

it('a request in a batch that fails without a reason says so', () => {
	for (const message of [null, undefined])
		expect(batchError({ code: 5, message }).message).toBe('Gemini: no reason given');
});

it.each([
	['SAFETY', null, '', 'contentRejected', 'Gemini rejected the content (SAFETY): it violates the safety policy'],
	[
		'SAFETY',
		'too dark',
		'Sorry',
		'contentRejected',
		'Gemini rejected the content (SAFETY): it violates the safety policy. too dark. Sorry',
	],
	['STOP', null, 'A poem', 'contentRejected', 'Gemini answered with words instead of an image: A poem'],
	['OTHER', null, '', 'malformedResponse', 'Gemini answered without an image (OTHER)'],
	['OTHER', 'why', '', 'malformedResponse', 'Gemini answered without an image (OTHER): why'],
	['constructor', null, '', 'malformedResponse', 'Gemini answered without an image (constructor)'],
	[null, null, '', 'malformedResponse', 'Gemini answered without an image'],
])('an end with %s (%s, "%s") is %s, and is not repeated', (reason, message, words, code, text) => {
	const error = noPicture({ reason, message, words });
	expect(error).toMatchObject({ code, message: text, retryable: false });
	expect(error.hint).not.toBeNull();
});

it.each([
	['Multiple candidates is not enabled for this model', {}, true],
	['candidateCount must be 1', {}, true],
	['candidate_count is too large', {}, true],
	['Invalid image', {}, false],
	['Multiple candidates is not enabled', { outcome: 'unknown' as const }, false],
])('"%s" (%j) says that each image needs a call of its own: %s', (message, more, expected) => {
	expect(wantsOneEach(new ImageError('invalidRequest', { message, ...more }))).toBe(expected);
	expect(wantsOneEach(new ImageError('upstream', { message, ...more }))).toBe(false);
});
