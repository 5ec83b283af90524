import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { advanceSnapshot } from '../../jobs/polling/transition';
import { ImageError, toImageError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import type { Progress } from '../execution/progress';
import type { JobRef } from '../items/jobRef';
import {
	isFailure,
	jobNotMentioned,
	keepUnknownOutcome,
	pollFailed,
	unknownSnapshot,
	withError,
} from '../items/snapshots';
import type { Moment } from '../../jobs/runtime/clock';

/** A job to be polled, and the endpoint that runs it. */
export interface OpenJob extends JobRef {
	at: Endpoint;
}

/** The state of an item's job after polling; `unreachable` if the provider gave no answer about it. */
export interface Polled {
	snapshot: JobSnapshot;
	unreachable?: ImageError;
}

export interface PollTerms {
	deadline: Moment;
	signal: AbortSignal | undefined;
	/** The execution, for fair queueing with the requests of others. */
	group: string;
	progress: Progress;
}

/** Polls the jobs of one endpoint together. Returns the result of each item by its index. */
export type PollJobs = (endpoint: Endpoint, jobs: readonly OpenJob[], terms: PollTerms) => Promise<PolledItems>;
export type PolledItems = Array<[itemIndex: number, polled: Polled]>;

/** Waits for each job's end, until the deadline. Throws only when stopped. */
export const waitForEnds: PollJobs = async (endpoint, jobs, { deadline, signal, progress }) =>
	await Promise.all(
		jobs.map(async ({ itemIndex, provider, id, known }): Promise<[number, Polled]> => {
			const before = known ?? unknownSnapshot(provider.id, id);
			try {
				const result = await endpoint.jobs.wait(id ?? '', { deadline, signal, known });
				const snapshot = result.snapshot ?? before;
				progress.done({ failed: isFailure(snapshot) });
				const error = result.ended ? null : result.error;
				const latest = error ? withError(snapshot, error.toJobError()) : snapshot;
				return [itemIndex, { snapshot: keepUnknownOutcome(known, latest) }];
			} catch (thrown) {
				progress.done({ failed: true });
				return [itemIndex, unreachable(before, thrown)];
			}
		}),
	);

/** Polls all jobs once, in one call. Throws only when stopped. */
export const pollOnce: PollJobs = async (endpoint, jobs, { signal, group }) => {
	const ids = [...new Set(jobs.flatMap(({ id }) => id ?? []))];
	const answer = await endpoint
		.forGroup(group, () => endpoint.pollOnce(ids, signal))
		.catch((thrown: unknown) => toImageError(thrown));
	return jobs.map(({ itemIndex, provider, id, known }): [number, Polled] => {
		const before = known ?? unknownSnapshot(provider.id, id);
		if (answer instanceof ImageError) return [itemIndex, unreachable(before, answer)];
		const observation = answer.get(id ?? '');
		if (observation?.ok)
			return [itemIndex, { snapshot: keepUnknownOutcome(known, advanceSnapshot(known, observation.snapshot)) }];
		return [itemIndex, unreachable(before, observation?.error ?? jobNotMentioned())];
	});
};

/** The earlier state of the item, with the error. A stop is not a result, so it ends the node. */
function unreachable(before: JobSnapshot, thrown: unknown): Polled {
	const error = toImageError(thrown);
	if (error.code === 'canceled') throw error;
	return { snapshot: pollFailed(before, error), unreachable: error };
}
