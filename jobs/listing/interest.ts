import { isTerminal, type JobStatus, type TerminalStatus } from '../../model/job';
import type { ListedSnapshot } from '../../providers/provider';
import type { JobsState } from './finishedJobs';

/** Which jobs are returned. */
export interface Interest {
	statuses: readonly TerminalStatus[];
	/**
	 * A part of the prompt, upper and lower case alike; empty: any prompt. If the list does not show a job's prompt, it
	 * counts as empty.
	 */
	promptContains: string;
}

/** Whether a job that has ended is of interest. */
export function matches({ statuses, promptContains }: Interest, job: ListedSnapshot): boolean {
	return (statuses as readonly JobStatus[]).includes(job.snapshot.job.status) && hasPrompt(promptContains, job);
}

/**
 * Whether a job is returned or, while it runs, followed.
 * @param isFirst whether this is the first poll, which returns no job that ended before `state.since`
 */
export function interestOf(interest: Interest, state: JobsState, isFirst: boolean): (job: ListedSnapshot) => boolean {
	const { since } = state;
	const open = new Set(state.open.map(([id]) => id));
	const endedBefore = ({ snapshot: { job } }: ListedSnapshot): boolean => {
		// A job that was seen running ended later than that, even if the provider's clock shows another time.
		if (job.id !== null && open.has(job.id)) return false;
		const endedAt = timeOf(job.updatedAt) ?? timeOf(job.createdAt);
		return since === null || endedAt === null ? isFirst : endedAt < since;
	};
	return (job) =>
		isTerminal(job.snapshot.job.status)
			? matches(interest, job) && !endedBefore(job)
			: hasPrompt(interest.promptContains, job);
}

function hasPrompt(part: string, { request }: ListedSnapshot): boolean {
	const prompt = request['prompt'];
	return part === '' || (typeof prompt === 'string' && prompt.toLowerCase().includes(part.toLowerCase()));
}

/** ms since the epoch; null where the text is absent or not a time. */
export function timeOf(iso: string | null): number | null {
	const time = iso === null ? Number.NaN : Date.parse(iso);
	return Number.isNaN(time) ? null : time;
}
