import type { Memory } from '../../memory/memory';
import type { Claimant, JobRecord, Origin } from '../../memory/record';
import { ImageError } from '../../model/errors';
import type { Clock } from '../runtime/clock';
import type { LeftBehind } from './leftBehind';
import { isStillToBeHad } from './storedSnapshot';

/** What makes an item's job its own, before any request of it is sent. */
export interface Wanted {
	/** The item's key without an attempt. */
	baseKey: string;
	/** The key is the user's own words: whatever has it is meant, and other executions may use it too. */
	isOwnKey: boolean;
	/** The key for the provider, of the first attempt. */
	wireKey: string;
	lineage: string;
	rootExecutionId: string;
	origin: Origin;
	day: string;
	/** Keyed hashes of the request, one for each provider that may make it. */
	requests: readonly string[];
	/** Credentials of the node. */
	credentialIds: readonly string[];
	/** How old an orphan may be, ms; 0: none is adopted. */
	adoptWithinMs: number;
	/**
	 * How old a finished job of the same request may be that is given again, with all its images still to be had, ms;
	 * 0: none.
	 */
	reuseWithinMs: number;
	/** Refs in n8n's saved data of an execution; null where n8n keeps none. */
	savedRefs: (executionId: string) => Promise<ReadonlySet<string> | null>;
}

export interface FindOptions {
	signal?: AbortSignal | undefined;
	/** ms since the epoch. */
	deadline: number;
	/**
	 * Whether a job was given although some of its images have yet to be settled, or were not asked for because of a
	 * stop.
	 */
	isUnfinished: (record: JobRecord) => boolean;
}

/** What there is for an item. */
export type Found =
	| { kind: 'nothing'; claimant: Claimant }
	/**
	 * A job that can be given, or waited for, as it stands. `isShared`: it is another run's, which decides about its
	 * delivery.
	 */
	| {
			kind: 'job';
			record: JobRecord & { state: 'accepted' | 'ended' };
			how: 'sameKey' | 'adopted' | 'reused';
			isShared: boolean;
	  }
	/** Sent, and nobody knows what became of it. This run holds it, and must settle it before anything else is sent. */
	| { kind: 'unsettled'; record: JobRecord; how: 'sameKey' | 'adopted' };

/** Pauses while another run is at work on the same item, ms. */
const busyPauses = { firstMs: 100, factor: 1.5, longestMs: 1_000 };

/** Finds what was made for items before, so that nothing is paid twice and nothing that was paid is lost. */
export class Adoption {
	constructor(private readonly dependencies: { clock: Clock; memory: Memory; leftBehind: Pick<LeftBehind, 'has'> }) {}

	/**
	 * What an item's earlier attempts, abandoned executions and, where it is wanted, finished jobs have for it. Waits
	 * while another run is at work on the same item. Throws `conflict` where the user's key belongs to another request.
	 */
	async find(wanted: Wanted, { signal, deadline, isUnfinished }: FindOptions): Promise<Found> {
		const { clock } = this.dependencies;
		for (
			let pauseMs = busyPauses.firstMs;
			;
			pauseMs = Math.min(busyPauses.longestMs, pauseMs * busyPauses.factor)
		) {
			const own = await this.ofKey(wanted, isUnfinished);
			if (own !== 'busy') {
				const found =
					own.kind === 'nothing' ? await this.beyondItsKey(wanted, own.claimant, isUnfinished) : own;
				if (found !== 'busy') return found ?? own;
			}
			// A job that another run still completes is had as it stands.
			const standing = clock.now() >= deadline ? await this.ofKey(wanted, () => false) : 'busy';
			if (standing !== 'busy' && standing.kind === 'job') return standing;
			if (clock.now() >= deadline)
				throw new ImageError('timeout', {
					message: 'Another run is still at work on the same item',
					hint: 'Raise "Max Wait", or wait for the other run to end',
					delivery: 'notSent',
				});
			await clock.sleep(pauseMs, signal);
		}
	}

	/** Attempts of the same item: the same lineage, or the user's own key. */
	private async ofKey(wanted: Wanted, isUnfinished: FindOptions['isUnfinished']): Promise<Found | 'busy'> {
		const { journal } = this.dependencies.memory;
		const [latest] = await journal.find({
			by: 'baseKey',
			baseKey: wanted.baseKey,
			credentialIds: wanted.credentialIds,
		});
		if (!latest) return { kind: 'nothing', claimant: claimantOf(wanted, 0) };
		if (!wanted.requests.includes(latest.request)) {
			if (!wanted.isOwnKey || isOver(latest))
				return { kind: 'nothing', claimant: claimantOf(wanted, latest.attempt + 1) };
			// A prompt that holds a time is another one at each repetition of its item, and the key says which item it
			// is.
			if (!isRepeated(latest, wanted) && !(await this.isLeft(latest, wanted)))
				throw new ImageError('conflict', {
					message: 'The idempotency key belongs to another request',
					hint: 'Give each request an "Idempotency Key" of its own; the same key stands for the same prompt, model and options',
					delivery: 'notSent',
				});
		}
		const unsettled = async (): Promise<Found | 'busy'> => {
			const taken = await journal.take(latest.ref, {
				seenKey: latest.key,
				as: claimantOf(wanted, latest.attempt),
			});
			return taken ? { kind: 'unsettled', record: taken, how: 'sameKey' } : 'busy';
		};
		if (isUnfinished(latest)) return await unsettled();
		switch (latest.state) {
			case 'notAccepted':
				return latest.busy && latest.held !== 'free'
					? 'busy'
					: { kind: 'nothing', claimant: claimantOf(wanted, latest.attempt) };
			case 'ended':
				// A job that failed is not given again: who comes back wants a new one. Who came at the same time
				// shares it.
				if (isLostCause(latest) && !(latest.busy && latest.held !== 'free'))
					return { kind: 'nothing', claimant: claimantOf(wanted, latest.attempt + 1) };
				return await this.held(latest, wanted);
			case 'accepted':
				return await this.held(latest, wanted);
			case 'sent':
			case 'unknown':
				return await unsettled();
		}
	}

	private async beyondItsKey(
		wanted: Wanted,
		claimant: Claimant,
		isUnfinished: FindOptions['isUnfinished'],
	): Promise<Found | 'busy' | undefined> {
		return (
			(await this.ofEarlierAttempt(wanted, claimant, isUnfinished)) ??
			(await this.orphan(wanted, claimant, isUnfinished)) ??
			(await this.reusable(wanted))
		);
	}

	/**
	 * A job that an earlier attempt of the same execution asked for under another key: n8n counts the runs of a node
	 * anew after a crash, and repeats a sub-workflow as a new execution. Equal requests are interchangeable; each is
	 * taken once.
	 */
	private async ofEarlierAttempt(
		wanted: Wanted,
		claimant: Claimant,
		isUnfinished: FindOptions['isUnfinished'],
	): Promise<Found | 'busy' | undefined> {
		if (wanted.isOwnKey) return undefined;
		const { journal } = this.dependencies.memory;
		const {
			origin: { workflowId, nodeId },
			requests,
			lineage,
			rootExecutionId,
			credentialIds,
		} = wanted;
		const candidates = await journal.find({
			by: 'earlierAttempts',
			workflowId,
			nodeId,
			requests,
			lineage,
			exceptRootExecutionId: rootExecutionId,
			credentialIds,
		});
		for (const candidate of candidates) {
			if (candidate.busy && candidate.held !== 'free') return 'busy';
			const taken = await journal.take(candidate.ref, { seenKey: candidate.key, as: claimant });
			if (taken)
				return isJob(taken) && !isUnfinished(taken)
					? { kind: 'job', record: taken, how: 'sameKey', isShared: false }
					: { kind: 'unsettled', record: taken, how: 'sameKey' };
		}
		return undefined;
	}

	/** A job of another run that died or was stopped before n8n had saved an item of it. */
	private async orphan(
		wanted: Wanted,
		claimant: Claimant,
		isUnfinished: FindOptions['isUnfinished'],
	): Promise<Found | 'busy' | undefined> {
		if (wanted.adoptWithinMs <= 0 || wanted.isOwnKey) return undefined;
		const {
			clock,
			leftBehind,
			memory: { journal },
		} = this.dependencies;
		const { workflowId, nodeId } = wanted.origin;
		const candidates = await journal.find({
			by: 'orphans',
			workflowId,
			nodeId,
			requests: wanted.requests,
			exceptLineage: wanted.lineage,
			since: clock.now() - wanted.adoptWithinMs,
			credentialIds: wanted.credentialIds,
		});
		for (const candidate of candidates) {
			if (candidate.held !== 'free') {
				if (candidate.held === 'mine' && leftBehind.has(candidate.ref)) return 'busy';
				continue;
			}
			const saved = await wanted.savedRefs(candidate.origin.executionId);
			if (saved?.has(candidate.ref)) {
				await journal.deliver([candidate.ref]);
				continue;
			}
			const taken = await journal.take(candidate.ref, {
				seenKey: candidate.key,
				as: claimant,
				adoptedFrom: candidate.adoptedFrom ?? candidate.origin.executionId,
			});
			if (!taken) continue;
			if (isJob(taken) && !isUnfinished(taken))
				return { kind: 'job', record: taken, how: 'adopted', isShared: false };
			return { kind: 'unsettled', record: taken, how: 'adopted' };
		}
		return undefined;
	}

	/**
	 * Whether the execution of the same node that asked for the record has ended without an item of it: the next run is
	 * to have it.
	 */
	private async isLeft(
		{ ref, origin, createdAt, deliveredAt, held }: JobRecord,
		{ origin: { workflowId, nodeId }, adoptWithinMs, savedRefs }: Wanted,
	): Promise<boolean> {
		const isOfNode = origin.workflowId === workflowId && origin.nodeId === nodeId;
		if (
			!isOfNode ||
			deliveredAt !== null ||
			held !== 'free' ||
			createdAt < this.dependencies.clock.now() - adoptWithinMs
		)
			return false;
		return (await savedRefs(origin.executionId))?.has(ref) !== true;
	}

	private async reusable(wanted: Wanted): Promise<Found | undefined> {
		if (wanted.reuseWithinMs <= 0) return undefined;
		const {
			clock,
			memory: { journal },
		} = this.dependencies;
		const successes = await journal.find({
			by: 'success',
			requests: wanted.requests,
			since: clock.now() - wanted.reuseWithinMs,
			credentialIds: wanted.credentialIds,
		});
		for (const record of successes) {
			if (isJob(record) && (await isStillToBeHad(this.dependencies.memory, record.ref, record.snapshot)))
				return { kind: 'job', record, how: 'reused', isShared: true };
		}
		return undefined;
	}

	/** This run's own, where it can be had; else it is shared with whoever is at it. */
	private async held(record: JobRecord & { state: 'accepted' | 'ended' }, wanted: Wanted): Promise<Found> {
		// A key of the user's own may serve several executions: who asked first stays the one it belongs to.
		const taken = await this.dependencies.memory.journal.take(record.ref, {
			seenKey: record.key,
			...(wanted.isOwnKey ? {} : { as: claimantOf(wanted, record.attempt) }),
		});
		return {
			kind: 'job',
			record: taken ? { ...record, held: 'mine', busy: true } : record,
			how: 'sameKey',
			isShared: taken === null,
		};
	}
}

function isJob(record: JobRecord): record is JobRecord & { state: 'accepted' | 'ended' } {
	return record.state === 'accepted' || record.state === 'ended';
}

/** Whether it came to nothing, for certain. */
function isOver(record: JobRecord): boolean {
	return (
		record.state === 'notAccepted' ||
		(record.state === 'ended' && isLostCause(record) && !(record.busy && record.held !== 'free'))
	);
}

/** Whether n8n runs the record's item again: in a repetition of its execution, or at the same place of the same one. */
function isRepeated({ lineage, rootExecutionId, origin }: JobRecord, wanted: Wanted): boolean {
	if (lineage !== wanted.lineage || origin.nodeId !== wanted.origin.nodeId) return false;
	return (
		rootExecutionId !== wanted.rootExecutionId ||
		(origin.runIndex === wanted.origin.runIndex && origin.itemIndex === wanted.origin.itemIndex)
	);
}

function isLostCause(record: JobRecord & { state: 'ended' }): boolean {
	const { status } = record.snapshot.job;
	return status === 'failed' || status === 'canceled';
}

function claimantOf({ baseKey, lineage, rootExecutionId, origin, day }: Wanted, attempt: number): Claimant {
	return { key: keyOfAttempt(baseKey, attempt), baseKey, attempt, lineage, rootExecutionId, origin, day };
}

/**
 * The key of an attempt: the first has the item's own. A tilde stands in no key of ours or of a user, as it is sent.
 */
export function keyOfAttempt(key: string, attempt: number): string {
	return attempt === 0 ? key : `${key}~${attempt}`;
}
