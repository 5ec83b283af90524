import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { advanceSnapshot } from '../../jobs/polling/transition';
import { endpointDigest } from '../../jobs/submission/failover';
import type { Memory } from '../../memory/memory';
import { isTerminal, type JobSnapshot } from '../../model/job';
import { recordEnds } from '../execution/memory';
import { keepUnknownOutcome } from './snapshots';

type Identified = Pick<Endpoint, 'identity'>;
interface Log {
	logger: { warn(message: string): void };
}

/**
 * Snapshots of jobs that a provider listed or announced. If a job is in the journal, it gets the `job.ref` that its
 * item of Image Generate has. Never fails: without the memory the snapshots stay as they are.
 * @param endpoints the endpoints that may have made the jobs; the journal is queried once for each
 */
export async function withRefs(
	{ logger }: Log,
	memory: () => Promise<Memory>,
	endpoints: readonly Identified[],
	snapshots: readonly JobSnapshot[],
): Promise<JobSnapshot[]> {
	if (snapshots.length === 0) return [];
	try {
		const refs = await refsAt(await memory(), endpoints, snapshots);
		return snapshots.map((snapshot) => {
			const ref = snapshot.job.id === null ? undefined : refs.get(snapshot.job.id)?.ref;
			return ref === undefined ? snapshot : { ...snapshot, job: { ...snapshot.job, ref } };
		});
	} catch (thrown) {
		logger.warn(`The job memory could not be read for job.ref: ${String(thrown)}`);
		return [...snapshots];
	}
}

/**
 * Records the end of a job that its provider announced. Fields that only the record has stay unchanged (the number of
 * images, the endpoint, an unknown outcome). A success without images is not recorded, because a poll completes it.
 * Never fails.
 */
export async function recordEnd(
	{ logger }: Log,
	memory: () => Promise<Memory>,
	endpoints: readonly Identified[],
	credentialId: string,
	snapshot: JobSnapshot,
): Promise<void> {
	const { id, status } = snapshot.job;
	const isSuccess = status === 'succeeded' || status === 'partial';
	if (id === null || !isTerminal(status) || (isSuccess && snapshot.images.length === 0)) return;
	try {
		const opened = await memory();
		const { journal } = opened;
		const known = (await refsAt(opened, endpoints, [snapshot])).get(id);
		if (!known) return;
		const [record] = await journal.list({
			refs: [known.ref],
			credentialIds: [credentialId],
			states: ['accepted'],
			limit: 1,
		});
		if (record?.state !== 'accepted' || record.snapshot.job.id !== id) return;
		const before = { ...record.snapshot, raw: null };
		const end = keepUnknownOutcome(before, advanceSnapshot(before, snapshot));
		await recordEnds(opened, known.digest, [{ ref: known.ref, snapshot: end }]);
	} catch (thrown) {
		logger.warn(`The end of job ${id} could not be recorded: ${String(thrown)}`);
	}
}

/** The recorded jobs among these, by the provider's id. */
async function refsAt(
	memory: Memory,
	endpoints: readonly Identified[],
	snapshots: readonly JobSnapshot[],
): Promise<Map<string, { ref: string; digest: string }>> {
	const ids = [...new Set(snapshots.flatMap(({ job: { id } }) => id ?? []))];
	if (ids.length === 0) return new Map();
	const digests = [...new Set(endpoints.map((endpoint) => endpointDigest(memory, endpoint)))];
	const found = await Promise.all(
		digests.map(async (digest) =>
			[...(await memory.journal.refsOf(digest, ids))].map(([id, ref]) => [id, { ref, digest }] as const),
		),
	);
	return new Map(found.flat());
}
