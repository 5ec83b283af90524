import { throwErrors } from '../../providers/gemini/errors';

describe('what errors of the API mean', () => {
	const meaning = (status: number, error: object, headers = {}) => {
		try {
			throwErrors({ status, headers, text: JSON.stringify({ error }) }, 0);
			return null;
		} catch (thrown) {
			return thrown;
		}
	};

	it.each([
		[
			429,
			{
				status: 'RESOURCE_EXHAUSTED',
				message: 'Quota exceeded',
				details: [{ '@type': 'x/google.rpc.RetryInfo', retryDelay: '34.5s' }],
			},
			{ code: 'rateLimited', retryAfterMs: 34_500 },
		],
		[
			429,
			{
				status: 'RESOURCE_EXHAUSTED',
				message: 'Quota exceeded',
				details: [{ violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel' }] }],
			},
			{ code: 'quotaExceeded', retryable: false },
		],
		[
			429,
			{ status: 'RESOURCE_EXHAUSTED', message: 'Quota exceeded for metric: x, limit: 0' },
			{ code: 'quotaExceeded' },
		],
		[400, { status: 'FAILED_PRECONDITION', message: 'Enable billing on your project' }, { code: 'quotaExceeded' }],
		[
			400,
			{ status: 'FAILED_PRECONDITION', message: 'User location is not supported for the API use.' },
			{ code: 'invalidRequest' },
		],
		[403, { status: 'PERMISSION_DENIED', message: 'no' }, { code: 'auth' }],
		[503, { status: 'UNAVAILABLE', message: 'The model is overloaded.' }, { code: 'overloaded', retryable: true }],
		[504, { status: 'DEADLINE_EXCEEDED', message: 'late' }, { code: 'timeout' }],
		[500, { status: 'INTERNAL', message: 'oops' }, { code: 'upstream' }],
	])('%s %j', (status, error, expected) => {
		expect(meaning(status, error)).toMatchObject(expected);
	});

	it('success passes, and an answer of another kind is shown in part', () => {
		expect(meaning(200, {})).toBeNull();
		expect(() => throwErrors({ status: 502, headers: {}, text: '<html><h1>Bad Gateway</h1></html>' }, 0)).toThrow(
			/502 \(Bad Gateway\)/,
		);
	});
});
