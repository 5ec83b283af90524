import { ImageError } from '../model/errors';
import { toNetworkError } from './networkError';

const call = {
	origin: 'https://images.example',
	secrets: ['top-secret-key'],
	signal: undefined,
	timeoutMs: 2_500,
	maxBytes: 1_000,
};
const failure = (code: string | undefined, message = 'it failed', cause?: unknown) =>
	Object.assign(new Error(message, { cause }), code === undefined ? {} : { code });

it.each([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'EADDRNOTAVAIL',
	'CERT_HAS_EXPIRED',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'ERR_TLS_CERT_ALTNAME_INVALID',
	'ERR_INVALID_URL',
])('%s: nothing was sent', (code) => {
	expect(toNetworkError(failure(code), call)).toMatchObject({
		code: 'network',
		delivery: 'notSent',
		retryable: true,
	});
});

it.each([
	'ECONNRESET',
	'EPIPE',
	'ERR_BAD_RESPONSE',
	'EPROTO',
	'HPE_INVALID_CONSTANT',
	'ERR_STREAM_PREMATURE_CLOSE',
	undefined,
])('%s: the provider may have acted', (code) => {
	expect(toNetworkError(failure(code), call)).toMatchObject({
		code: 'network',
		delivery: 'ambiguous',
		retryable: true,
	});
});

it.each(['ECONNABORTED', 'ETIMEDOUT', 'ERR_CANCELED'])(
	'the error of the time-out %s contains the waiting time',
	(code) => {
		expect(toNetworkError(failure(code), call)).toMatchObject({
			code: 'timeout',
			delivery: 'ambiguous',
			retryable: true,
			message: 'https://images.example did not answer within 2.5 s',
		});
	},
);

it.each([
	['ECONNREFUSED', 'Connection failed: nothing listens at https://images.example'],
	['ENOTFOUND', 'Connection failed: there is no host https://images.example'],
	['ECONNRESET', 'Connection failed: the connection was closed by https://images.example'],
	['EPROTO', 'Connection to https://images.example failed (it failed)'],
])("%s is reported in plain words, without n8n's own error texts", (code, message) => {
	const error = toNetworkError(failure(code), call);
	expect(error.message).toBe(message);
	expect(error.hint).toContain('base URL');
});

it('the code is found however deep it lies, and looked for not without end', () => {
	expect(
		toNetworkError(failure(undefined, 'outer', failure('', 'middle', failure('ECONNREFUSED'))), call).delivery,
	).toBe('notSent');
	const round = failure(undefined, 'round');
	round.cause = round;
	expect(toNetworkError(round, call)).toMatchObject({ code: 'network', delivery: 'ambiguous' });
});

it('the error of an answer that is too large names the limit, and its outcome is unknown', () => {
	expect(toNetworkError(failure('ERR_BAD_RESPONSE', 'maxContentLength size of 1000 exceeded'), call)).toMatchObject({
		code: 'malformedResponse',
		delivery: 'ambiguous',
		message: 'The answer of https://images.example is larger than 1000 bytes',
	});
});

it('a failure of a call that was stopped is the stop, whatever it looks like', () => {
	const signal = AbortSignal.abort();
	for (const code of ['ERR_CANCELED', 'ECONNRESET'])
		expect(toNetworkError(failure(code), { ...call, signal })).toMatchObject({
			code: 'canceled',
			delivery: 'ambiguous',
			retryable: false,
		});
	expect(toNetworkError(failure('ECONNREFUSED'), { ...call, signal })).toMatchObject({
		code: 'canceled',
		delivery: 'notSent',
		retryable: false,
	});
});

it.each(['ECONNRESET', 'ETIMEDOUT', 'ERR_CANCELED'])(
	'a request that was not written whole was not sent (%s)',
	(code) => {
		expect(toNetworkError(failure(code), { ...call, isWritten: false })).toMatchObject({ delivery: 'notSent' });
		expect(toNetworkError(failure(code), { ...call, isWritten: true })).toMatchObject({ delivery: 'ambiguous' });
	},
);

it('what is one of our errors already stays as it is', () => {
	const own = new ImageError('invalidRequest', { message: 'refused' });
	expect(toNetworkError(own, call)).toBe(own);
});

it.each([['a text'], [undefined], [{ code: 'ECONNRESET' }]])('%j, which is not an Error, is reported too', (thrown) => {
	expect(toNetworkError(thrown, call)).toMatchObject({ code: 'network', delivery: 'ambiguous' });
});

it('neither message nor cause holds the key, though the transport repeats it', () => {
	const error = toNetworkError(failure('EPROTO', 'GET /?key=top-secret-key failed'), call);
	expect(error.message).toContain('key=***');
	expect(String(error.cause)).toBe('Error: EPROTO: GET /?key=*** failed');
	expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('top-secret-key');
});

it('the cause has the code and the text, without secrets and without the request', () => {
	const request = { headers: { authorization: 'top-secret-key' } };
	const thrown = Object.assign(failure('EPIPE', 'top-secret-key was sent'), { request });
	expect(toNetworkError(thrown, call).cause).toEqual(new Error('EPIPE: *** was sent'));
	expect(toNetworkError(failure(undefined), call).cause).toEqual(new Error('unknown: it failed'));
	expect(toNetworkError('broken', call).cause).toEqual(new Error('unknown: broken'));
});
