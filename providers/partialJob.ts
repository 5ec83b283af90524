import type { JobError } from '../model/errors';
import { countedImages } from '../model/imageCount';

/** The error of a job of which only some images were accepted, with the reason why the others were not. */
export function partlyAccepted(accepted: number, count: number, reason: JobError): JobError {
	return { ...reason, message: `${countedImages(accepted, count, 'were accepted')}: ${reason.message}` };
}

/** The error of a job that ended with only some of its images, with the reason why the others are missing. */
export function partlyArrived(arrived: number, total: number | null, reason: JobError): JobError {
	return { ...reason, message: `${countedImages(arrived, total)}: ${reason.message}` };
}
