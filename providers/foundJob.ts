import { blankJob, type JobSnapshot } from '../model/job';

/**
 * A job that an earlier request made: of it only the ID is certain. It is not read here, because it is paid, and a read
 * that fails would lose it. The next poll reads its state.
 * @param id the job's ID, as the adapter writes it
 * @param total the number of images requested
 */
export function foundJob(provider: string, id: string, total: number, idempotencyKey: string): JobSnapshot {
	return { job: { ...blankJob(provider), id, total, idempotencyKey }, images: [], raw: null };
}
