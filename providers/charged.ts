import type { ApiAnswer, ApiRequest, ApiTransport } from '../http/apiClient';
import { ImageError, toImageError } from '../model/errors';
import type { Answered } from './provider';

/** What is special about requests that cost money at a provider where nothing tells afterwards what became of them. */
export interface ChargedTerms {
	isRefusal: (answer: Answered) => boolean;
	/** What a user can do where the outcome is unknown. */
	hint: string;
}

/** Sends a request that costs money and reads its answer. Unless it was plainly refused, its error is not retryable: a repeat might pay twice. */
export async function sendCharged<T>(transport: ApiTransport, request: ApiRequest, read: (answer: ApiAnswer) => T, { isRefusal, hint }: ChargedTerms): Promise<T> {
	let refused = false;
	try {
		const answer = await transport.send(request);
		refused = isRefusal(answer);
		return read(answer);
	} catch (thrown) {
		const error = toImageError(thrown);
		throw refused ? error : mayBePaid(error, hint);
	}
}

/** The error of a request that may have been paid. One that was certainly not sent is given as it is, and so is a stop. */
export function mayBePaid(error: ImageError, hint: string): ImageError {
	if (error.delivery === 'notSent' || error.code === 'canceled') return error;
	const { code, message, httpStatus, delivery, retryable } = error;
	return new ImageError(code, { message, hint: retryable ? hint : (error.hint ?? hint), retryable: false, httpStatus, delivery, cause: error });
}
