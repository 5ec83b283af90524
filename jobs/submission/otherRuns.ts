import type { Memory } from '../../memory/memory';
import type { Claimant, JobRecord } from '../../memory/record';
import type { Clock } from '../runtime/clock';
import type { LeftBehind } from './leftBehind';
import { isStillToBeHad } from './storedSnapshot';
import { type Found, isJob, isWorkedOn, type Wanted } from './wanted';

export interface AdoptionDependencies {
	clock: Clock;
	memory: Memory;
	leftBehind: Pick<LeftBehind, 'has'>;
}

type IsUnfinished = (record: JobRecord) => boolean;

/** Finds jobs that other runs have made and that this item may have. */
export class OtherRuns {
	constructor(private readonly dependencies: AdoptionDependencies) {}

	/** `busy`: a run works on such a job, so its result is known later. Undefined: there is none. */
	async find(wanted: Wanted, claimant: Claimant, isUnfinished: IsUnfinished): Promise<Found | 'busy' | undefined> {
		return (
			(await this.earlierAttempt(wanted, claimant, isUnfinished)) ??
			(await this.orphan(wanted, claimant, isUnfinished)) ??
			(await this.reusable(wanted))
		);
	}

	/**
	 * A job that an earlier attempt of the same execution requested under another key: n8n restarts the run count of a
	 * node after a crash, and repeats a sub-workflow as a new execution. Equal requests are interchangeable; each is
	 * taken once.
	 */
	private async earlierAttempt(
		wanted: Wanted,
		claimant: Claimant,
		isUnfinished: IsUnfinished,
	): Promise<Found | 'busy' | undefined> {
		if (wanted.isOwnKey) return undefined;
		const { journal } = this.dependencies.memory;
		const { workflowId, nodeId } = wanted.origin;
		const { requests, lineage, rootExecutionId, credentialIds } = wanted;
		const candidates = await journal.find({
			by: 'earlierAttempts',
			...{ workflowId, nodeId, requests, lineage, credentialIds },
			exceptRootExecutionId: rootExecutionId,
		});
		for (const candidate of candidates) {
			if (isWorkedOn(candidate)) return 'busy';
			const taken = await journal.take(candidate.ref, { seenKey: candidate.key, as: claimant });
			if (taken) return foundAs(taken, 'sameKey', isUnfinished);
		}
		return undefined;
	}

	/** A job of another run that died or was stopped before n8n had saved an item of it. */
	private async orphan(
		wanted: Wanted,
		claimant: Claimant,
		isUnfinished: IsUnfinished,
	): Promise<Found | 'busy' | undefined> {
		if (wanted.adoptWithinMs <= 0 || wanted.isOwnKey) return undefined;
		const { clock, leftBehind, memory } = this.dependencies;
		const { workflowId, nodeId } = wanted.origin;
		const { requests, credentialIds } = wanted;
		const candidates = await memory.journal.find({
			by: 'orphans',
			...{ workflowId, nodeId, requests, credentialIds },
			exceptLineage: wanted.lineage,
			since: clock.date().getTime() - wanted.adoptWithinMs,
		});
		for (const candidate of candidates) {
			if (candidate.held === 'mine' && leftBehind.has(candidate.ref)) return 'busy';
			if (candidate.held !== 'free') continue;
			const taken = await this.takeOrphan(candidate, wanted, claimant);
			if (taken) return foundAs(taken, 'adopted', isUnfinished);
		}
		return undefined;
	}

	/** Null if n8n has saved an item of it, or another run was faster. */
	private async takeOrphan(
		{ ref, key, adoptedFrom, origin }: JobRecord,
		{ savedRefs }: Wanted,
		claimant: Claimant,
	): Promise<JobRecord | null> {
		const { journal } = this.dependencies.memory;
		const saved = await savedRefs(origin.executionId);
		if (saved?.has(ref)) {
			await journal.deliver([ref]);
			return null;
		}
		return await journal.take(ref, {
			seenKey: key,
			as: claimant,
			adoptedFrom: adoptedFrom ?? origin.executionId,
		});
	}

	/** A finished job of the same request, with all its images still available. */
	private async reusable({ requests, credentialIds, reuseWithinMs }: Wanted): Promise<Found | undefined> {
		if (reuseWithinMs <= 0) return undefined;
		const { clock, memory } = this.dependencies;
		const since = clock.date().getTime() - reuseWithinMs;
		const successes = await memory.journal.find({ by: 'success', requests, since, credentialIds });
		for (const record of successes) {
			if (isJob(record) && (await isStillToBeHad(memory, record.ref, record.snapshot)))
				return { kind: 'job', record, how: 'reused', isShared: true };
		}
		return undefined;
	}
}

function foundAs(taken: JobRecord, how: 'sameKey' | 'adopted', isUnfinished: IsUnfinished): Found {
	return isJob(taken) && !isUnfinished(taken)
		? { kind: 'job', record: taken, how, isShared: false }
		: { kind: 'unsettled', record: taken, how };
}
