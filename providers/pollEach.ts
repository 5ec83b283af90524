import { concernsEndpoint, toImageError } from '../model/errors';
import type { JobSnapshot } from '../model/job';
import type { Observation } from './provider';

/**
 * Polls jobs one by one. An error that concerns one job becomes that job's observation. After an error that concerns
 * the endpoint, the remaining jobs are not tried, because each could take as long to fail; they get the same error.
 * This error is thrown if nothing was learned about any job, or if a repeat cannot help (a wrong key, a stop).
 * @param found observations that the same poll has made already
 */
export async function pollEach(
	ids: Iterable<string>,
	poll: (id: string) => Promise<JobSnapshot>,
	found: ReadonlyMap<string, Observation> = new Map(),
): Promise<Map<string, Observation>> {
	const observations = new Map(found);
	const missing = [...new Set(ids)].filter((id) => !found.has(id));
	for (const [index, id] of missing.entries()) {
		try {
			observations.set(id, { ok: true, snapshot: await poll(id) });
		} catch (thrown) {
			const error = toImageError(thrown);
			if (!concernsEndpoint(error)) {
				observations.set(id, { ok: false, error });
				continue;
			}
			if (observations.size === 0 || !error.retryable) throw error;
			for (const rest of missing.slice(index)) observations.set(rest, { ok: false, error });
			break;
		}
	}
	return observations;
}
