import { ImageError } from '../../model/errors';
import type { Answered, Capabilities } from '../../providers/provider';
import type { SendFact } from '../endpoint/charge';

/**
 * The outcome of a request that can cost money and whose call failed. The only place that decides it.
 * - `notAccepted`: the job was certainly not made. The request did not reach the provider whole, was redirected
 *   (redirects are not followed), a proxy asked for authentication, or the provider answered with a status and a body
 *   that its folder declares as "not accepted".
 * - `unknown`: everything else. It may be paid.
 * A request whose call succeeded is `accepted`, whatever else its answer holds.
 */
export function outcomeOfFailure(
	fact: SendFact,
	isNotAccepted: (answer: Answered) => boolean,
): 'notAccepted' | 'unknown' {
	switch (fact.kind) {
		case 'notSent':
			return 'notAccepted';
		case 'unanswered':
			return 'unknown';
		case 'answered': {
			const { status } = fact.answer;
			const isRedirect = status >= 300 && status < 400;
			return isRedirect || status === proxyAuthenticationRequired || isNotAccepted(fact.answer)
				? 'notAccepted'
				: 'unknown';
		}
	}
}

const proxyAuthenticationRequired = 407;

/** What settles an unknown outcome at a provider: repeat under its own key, look the job up, or nothing. */
export type Certainty = Capabilities['idempotency'];

/** The error of a request that may have made a job, with a hint how to get the job without paying again. */
export function unknownOutcome(error: ImageError, certainty: Certainty, key: string): ImageError {
	const hint = {
		native:
			`Retry the execution: the request is repeated under its idempotency key ${key} ` +
			'and gives that job, not a second one',
		lookup: 'Retry the execution: the job is looked up before another is made',
		none:
			'Check at the provider before you generate it again: it may be paid already. ' +
			'The node Image Jobs lists such jobs and settles them',
	}[certainty];
	const { code, message, httpStatus } = error;
	// A hint from the provider's answer still applies; a hint about the connection would mislead.
	const ownHint = httpStatus === null || error.hint === null || error.hint === hint ? '' : `${error.hint}. `;
	const known = message.endsWith(unknownOutcomeText);
	// Not retryable: a workflow that retries would pay twice.
	return new ImageError(code, {
		message: known ? message : `${message}. ${unknownOutcomeText}`,
		hint: `${ownHint}${hint}`,
		retryable: false,
		httpStatus,
		delivery: 'ambiguous',
		outcome: 'unknown',
		cause: error,
	});
}

/** The error of a job of which some images were accepted and the others have an unknown outcome. */
export function unknownRest({ code, message, httpStatus, cause }: ImageError): ImageError {
	return new ImageError(code, {
		message: `${message}. The provider may have made the missing images anyway`,
		hint: 'Check at the provider before you generate the missing images again: they may be paid already',
		retryable: false,
		httpStatus,
		delivery: 'ambiguous',
		outcome: 'unknown',
		cause,
	});
}

const unknownOutcomeText = 'The provider may have made the job anyway';
