import { isTerminal, type JobStatus, type TerminalStatus } from '../../model/job';
import type { ListedSnapshot } from '../../providers/provider';
import type { JobsState } from './finishedJobs';

/** Which jobs are to be handed on. */
export interface Interest {
	statuses: readonly TerminalStatus[];
	/** A part of the prompt, in any case; empty: any. A job whose prompt the list does not show has none. */
	promptContains: string;
}

/** Whether a job that has ended is of interest. */
export function matches({ statuses, promptContains }: Interest, job: ListedSnapshot): boolean {
	return (statuses as readonly JobStatus[]).includes(job.snapshot.job.status) && hasPrompt(promptContains, job);
}

/**
 * Whether a job is to be handed on, or, while it runs, followed.
 * @param isFirst whether this is the first poll, which hands on no job that has ended before `state.since`
 */
export function interestOf(interest: Interest, state: JobsState, isFirst: boolean): (job: ListedSnapshot) => boolean {
	const { since } = state;
	const open = new Set(state.open.map(([id]) => id));
	const endedBefore = ({ snapshot: { job } }: ListedSnapshot): boolean => {
		// A job that was seen to run has ended later, whatever the provider's clock shows.
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
