import type { AxiosError } from 'axios';
import { type Delivery, executionCanceled, ImageError } from '../model/errors';
import { redact } from './redact';

/** Codes of a connection that was never made: the request cannot have reached a server. */
const neverConnected = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'EADDRNOTAVAIL',
	'ERR_INVALID_URL',
	'CERT_HAS_EXPIRED',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const plainWords: Record<string, string> = {
	ECONNREFUSED: 'nothing listens at',
	ENOTFOUND: 'there is no host',
	EAI_AGAIN: 'DNS does not answer for',
	ECONNRESET: 'the connection was closed by',
	EHOSTUNREACH: 'there is no route to',
	ENETUNREACH: 'there is no route to',
};

export interface FailedCall {
	/** Scheme, host and port: all of a URL that may be shown. */
	origin: string;
	secrets: readonly string[];
	signal: AbortSignal | undefined;
	/** null if the caller does not know it. */
	timeoutMs: number | null;
	maxBytes: number;
	/** Whether the whole request had been handed to the operating system; absent if that is unknown. */
	isWritten?: boolean;
}

/**
 * A transport failure as an error of the taxonomy, with how far the request got. The cause is attached without the
 * request, because the request contains the key.
 */
export function toNetworkError(thrown: unknown, call: FailedCall): ImageError {
	if (thrown instanceof ImageError) return thrown;
	const code = codeOf(thrown);
	const text = redact(thrown instanceof Error ? thrown.message : String(thrown), call.secrets);
	const cause = new Error(`${code ?? 'unknown'}: ${text}`);
	const isSent = call.isWritten !== false && !(code !== null && neverConnected.has(code));
	const delivery: Delivery = isSent ? 'ambiguous' : 'notSent';
	if (call.signal?.aborted) return new ImageError('canceled', { message: executionCanceled, delivery, cause });
	if (/max(Content|Body)Length|size of \d+ exceeded/i.test(text)) {
		return new ImageError('malformedResponse', {
			message: `The answer of ${call.origin} is larger than ${call.maxBytes} bytes`,
			delivery: 'ambiguous',
			cause,
		});
	}
	if (code === 'ECONNABORTED' || code === 'ETIMEDOUT' || code === 'ERR_CANCELED') {
		return new ImageError('timeout', {
			message:
				call.timeoutMs === null
					? `${call.origin} took too long`
					: `${call.origin} did not answer within ${call.timeoutMs / 1000} s`,
			hint: 'The server may be busy, or the base URL may be wrong',
			delivery,
			cause,
		});
	}
	const words = code === null ? undefined : plainWords[code];
	return new ImageError('network', {
		message: words ? `Connection failed: ${words} ${call.origin}` : `Connection to ${call.origin} failed (${text})`,
		hint: 'Check the base URL in the credential, and that n8n can reach it',
		delivery,
		cause,
	});
}

/** The system's code of a failure, found along the `cause` chain. */
function codeOf(thrown: unknown): string | null {
	for (let error = thrown, depth = 0; error instanceof Error && depth < 8; error = error.cause, depth++) {
		const { code } = error as Partial<AxiosError>;
		if (typeof code === 'string' && code !== '') return code;
	}
	return null;
}
