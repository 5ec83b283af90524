import type { JobError } from '../model/errors';

/** Why a job has fewer images than were asked for: only so many of its requests were accepted, and no more are sent. */
export function partlyAccepted(accepted: number, count: number, { message, ...error }: JobError): JobError {
	return { ...error, message: `${accepted} of ${count} images were accepted: ${message}` };
}
