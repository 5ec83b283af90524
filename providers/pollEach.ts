import { concernsEndpoint, toImageError } from '../model/errors';
import type { JobSnapshot } from '../model/job';
import type { Observation } from './provider';

/**
 * Polls jobs one by one. What one job's poll fails with stays with that job. Where the endpoint itself fails, the jobs
 * after it are not tried, since each might hang as long, and all get that error; it is thrown instead where nothing was
 * learned of any job, or nothing can be: a wrong key, a stop.
 * @param found what is known already, of other jobs of the same poll
 */
export async function pollEach(ids: Iterable<string>, poll: (id: string) => Promise<JobSnapshot>, found: ReadonlyMap<string, Observation> = new Map()): Promise<Map<string, Observation>> {
	const observations = new Map(found);
	const missing = [...new Set(ids)].filter((id) => !found.has(id));
	for (const [place, id] of missing.entries()) {
		try {
			observations.set(id, { ok: true, snapshot: await poll(id) });
		} catch (thrown) {
			const error = toImageError(thrown);
			if (!concernsEndpoint(error)) {
				observations.set(id, { ok: false, error });
				continue;
			}
			if (observations.size === 0 || !error.retryable) throw error;
			for (const rest of missing.slice(place)) observations.set(rest, { ok: false, error });
			break;
		}
	}
	return observations;
}
