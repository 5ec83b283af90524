import type { ApiAnswer, ApiRequest, ApiTransport } from '../http/apiClient';
import { ImageError, toImageError } from '../model/errors';
import type { Answered } from './provider';

/**
 * Rules for paid requests to a provider without idempotency. Such a provider cannot report later whether it processed a
 * request.
 */
export interface ChargedTerms {
	isNotAccepted: (answer: Answered) => boolean;
	/** What the user can do if the outcome is unknown. */
	hint: string;
}

/**
 * Sends such a request and reads its answer. An error is retryable only if the request was certainly not accepted,
 * because a repeat could otherwise pay twice.
 */
export async function sendCharged<T>(
	transport: ApiTransport,
	request: ApiRequest,
	read: (answer: ApiAnswer) => T,
	{ isNotAccepted, hint }: ChargedTerms,
): Promise<T> {
	let wasNotAccepted = false;
	try {
		const answer = await transport.send(request);
		wasNotAccepted = isNotAccepted(answer);
		return read(answer);
	} catch (thrown) {
		const error = toImageError(thrown);
		throw wasNotAccepted ? error : mayBePaid(error, hint);
	}
}

/**
 * The error of a request that may have been processed: not retryable. The error of an unsent request and the error of a
 * stop stay as they are.
 */
export function mayBePaid(error: ImageError, hint: string): ImageError {
	if (error.delivery === 'notSent' || error.code === 'canceled') return error;
	const { code, message, httpStatus, delivery, retryable } = error;
	return new ImageError(code, {
		message,
		hint: retryable ? hint : (error.hint ?? hint),
		retryable: false,
		httpStatus,
		delivery,
		cause: error,
	});
}
