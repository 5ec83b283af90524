import { isTerminal, type JobSnapshot } from '../../model/job';
import { withError } from './items';

/**
 * A later state of a job, with what was known of it before and the provider cannot say: that images which were not
 * accepted may have been made all the same. It stands until all images have come.
 */
export function keepUnknownOutcome(before: JobSnapshot | undefined, after: JobSnapshot): JobSnapshot {
	const known = before?.job.error;
	const { status, error } = after.job;
	if (known?.outcome !== 'unknown' || error?.outcome === 'unknown' || status === 'succeeded') return after;
	return withError(after, {
		...known,
		message: error && isTerminal(status) ? `${error.message}. ${known.message}` : known.message,
	});
}
