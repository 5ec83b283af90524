import type { JobError } from '../model/errors';

/** The error of a job of which only some images were accepted, with the reason why the others were not. */
export function partlyAccepted(accepted: number, count: number, { message, ...error }: JobError): JobError {
	return { ...error, message: `${accepted} of ${count} images were accepted: ${message}` };
}
