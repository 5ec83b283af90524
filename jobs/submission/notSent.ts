import { ImageError } from '../../model/errors';

/** A node that does not wait for its jobs has this limit under another name. */
export const raiseMaxWait = 'Raise "Max Wait" (if Wait is off: the option "Max Time to Submit")';

/** No slot became free before the deadline. */
export function noSlot(jobsInFlight: number | null): ImageError {
	return new ImageError('rateLimited', {
		message: `No job ended in time: ${jobsInFlight} are in flight, as many as the credential allows`,
		hint: `${raiseMaxWait}, or "Jobs in Flight" in the credential if your tenant is allowed more`,
		delivery: 'notSent',
	});
}

/** Pacing did not let the request go before the deadline. */
export function notPacedInTime(requestsPerMinute: number | null): ImageError {
	const limit = requestsPerMinute === null ? '' : `: the credential allows ${requestsPerMinute} requests a minute`;
	return new ImageError('rateLimited', {
		message: `The request could not be sent in time${limit}`,
		hint: `${raiseMaxWait}, or "Requests per Minute" in the credential if your tenant is allowed more`,
		delivery: 'notSent',
	});
}

/** Neither a key nor a look-up can settle an earlier attempt: only the user may decide to pay again. */
export function notSentAgain(): ImageError {
	return new ImageError('conflict', {
		message:
			'An earlier attempt of this item has an unknown outcome: it may have been paid, so it is not sent again',
		hint:
			'Check at the provider. To generate it anyway, settle the job with the node Image Jobs, ' +
			'run the workflow once more, or give the item another "Idempotency Key"',
		delivery: 'notSent',
		outcome: 'unknown',
	});
}
