import type { Query } from '../memory.ts';
import type { JobRecord, StoredSnapshot } from '../record.ts';

/** A record of the model. */
export type Entry = Omit<JobRecord, 'held' | 'busy'> & {
	owner: string | null;
	busy: boolean;
	endedAt: number | null;
	ids: string[];
};

/** The records that a query of the memory finds, in its order. */
export function matching(entries: readonly Entry[], query: Query): Entry[] {
	const open = entries.filter(({ endpoint }) => query.credentialIds.includes(endpoint.credentialId));
	if (query.by === 'baseKey')
		return sorted(
			open.filter(({ baseKey }) => baseKey === query.baseKey),
			({ attempt, createdAt }) => [-attempt, -createdAt],
		);
	const wanted = open.filter(({ request }) => query.requests.includes(request));
	if (query.by === 'success') {
		const good = wanted.filter(
			(entry) =>
				entry.state === 'ended' && statusOf(entry) === 'succeeded' && (entry.endedAt ?? 0) >= query.since,
		);
		return sorted(good, ({ endedAt }) => [-(endedAt ?? 0)]);
	}
	const here = wanted.filter(
		({ origin }) => origin.workflowId === query.workflowId && origin.nodeId === query.nodeId,
	);
	const alive = here.filter(
		(entry) => entry.state !== 'notAccepted' && !['failed', 'canceled'].includes(statusOf(entry)),
	);
	const asked = alive.filter((entry) =>
		query.by === 'orphans'
			? entry.lineage !== query.exceptLineage && entry.deliveredAt === null && entry.createdAt >= query.since
			: entry.lineage === query.lineage && entry.rootExecutionId !== query.exceptRootExecutionId,
	);
	return sorted(asked, ({ createdAt }) => [createdAt]);
}

function statusOf(entry: Entry): string {
	return (entry as { snapshot?: StoredSnapshot }).snapshot?.job.status ?? 'none';
}

export function sorted(entries: Entry[], values: (entry: Entry) => number[]): Entry[] {
	const rank = (entry: Entry) =>
		[...values(entry).map((value) => String(value + 1e15).padStart(20, '0')), entry.ref].join(' ');
	return entries.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}
