import { concernsEndpoint, toImageError } from '../model/errors';
import type { JobSnapshot } from '../model/job';
import type { Observation } from './provider';

/**
 * Asks after jobs one by one. What one fails with stays with it; throws only where the endpoint itself does not answer,
 * before anything was learned.
 */
export async function pollEach(ids: Iterable<string>, ask: (id: string) => Promise<JobSnapshot>): Promise<Map<string, Observation>> {
	const found = new Map<string, Observation>();
	for (const id of ids) {
		try {
			found.set(id, { ok: true, snapshot: await ask(id) });
		} catch (thrown) {
			const error = toImageError(thrown);
			if (concernsEndpoint(error) && found.size === 0) throw error;
			found.set(id, { ok: false, error });
		}
	}
	return found;
}
