import type { JobRecord } from '../../memory/record';
import type { Moment } from '../runtime/clock';
import { raiseMaxWait } from './notSent';
import { ImageError } from '../../model/errors';
import { type AdoptionDependencies, OtherRuns } from './otherRuns';
import { claimantOf, type Found, isWorkedOn, type Wanted } from './wanted';

export interface FindOptions {
	signal?: AbortSignal | undefined;
	deadline: Moment;
	/**
	 * Whether a job was given although some of its images have yet to be settled, or were not requested because of a
	 * stop.
	 */
	isUnfinished: (record: JobRecord) => boolean;
}

/** Pauses while another run works on the same item, ms. */
const busyPauses = { firstMs: 100, factor: 1.5, longestMs: 1_000 };

/** Finds earlier jobs of items, so that no job is paid twice and no paid job is lost. */
export class Adoption {
	private readonly otherRuns: OtherRuns;

	constructor(private readonly dependencies: AdoptionDependencies) {
		this.otherRuns = new OtherRuns(dependencies);
	}

	/**
	 * Finds a job for an item among its earlier attempts, abandoned executions and, if the option is on, finished jobs.
	 * Waits while another run works on the same item. Throws `conflict` if the user's key belongs to another request.
	 */
	async find(wanted: Wanted, { signal, deadline, isUnfinished }: FindOptions): Promise<Found> {
		const { clock } = this.dependencies;
		let pauseMs = busyPauses.firstMs;
		for (;;) {
			const found = await this.findOnce(wanted, isUnfinished);
			if (found !== 'busy') return found;
			if (clock.now() >= deadline) return await this.unfinishedJob(wanted);
			await clock.sleep(pauseMs, signal);
			pauseMs = Math.min(busyPauses.longestMs, pauseMs * busyPauses.factor);
		}
	}

	private async findOnce(wanted: Wanted, isUnfinished: FindOptions['isUnfinished']): Promise<Found | 'busy'> {
		const own = await this.ofKey(wanted, isUnfinished);
		if (own === 'busy' || own.kind !== 'nothing') return own;
		return (await this.otherRuns.find(wanted, own.claimant, isUnfinished)) ?? own;
	}

	/** At the deadline, a job that another run still completes is returned in its present state. */
	private async unfinishedJob(wanted: Wanted): Promise<Found> {
		const found = await this.ofKey(wanted, () => false);
		if (found !== 'busy' && found.kind === 'job') return found;
		throw new ImageError('timeout', {
			message: 'Another run is still at work on the same item',
			hint: `${raiseMaxWait}, or wait for the other run to end`,
			delivery: 'notSent',
		});
	}

	/** Attempts of the same item: the same lineage, or the user's own key. */
	private async ofKey(wanted: Wanted, isUnfinished: FindOptions['isUnfinished']): Promise<Found | 'busy'> {
		const { baseKey, credentialIds, requests, isOwnKey } = wanted;
		const [latest] = await this.dependencies.memory.journal.find({ by: 'baseKey', baseKey, credentialIds });
		if (!latest) return nothing(wanted, 0);
		if (!requests.includes(latest.request)) {
			if (!isOwnKey || isOver(latest)) return nothing(wanted, latest.attempt + 1);
			await this.assertSameItem(latest, wanted);
		}
		return isUnfinished(latest) ? await this.unsettled(latest, wanted) : await this.ofLatest(latest, wanted);
	}

	/** The result of the latest attempt of an item. */
	private async ofLatest(latest: JobRecord, wanted: Wanted): Promise<Found | 'busy'> {
		switch (latest.state) {
			case 'notAccepted':
				return isWorkedOn(latest) ? 'busy' : nothing(wanted, latest.attempt);
			case 'ended':
				// A failed job is not given again: an attempt that comes later makes a new one. Only a run at the same
				// time shares it.
				if (isLostCause(latest) && !isWorkedOn(latest)) return nothing(wanted, latest.attempt + 1);
				return await this.held(latest, wanted);
			case 'accepted':
				return await this.held(latest, wanted);
			case 'sent':
			case 'unknown':
				return await this.unsettled(latest, wanted);
		}
	}

	private async unsettled(latest: JobRecord, wanted: Wanted): Promise<Found | 'busy'> {
		const as = claimantOf(wanted, latest.attempt);
		const taken = await this.dependencies.memory.journal.take(latest.ref, { seenKey: latest.key, as });
		return taken ? { kind: 'unsettled', record: taken, how: 'sameKey' } : 'busy';
	}

	/**
	 * A prompt that contains the time differs at each repetition of its item; the user's key identifies the item.
	 * Throws `conflict` if the key belongs to a different item.
	 */
	private async assertSameItem(latest: JobRecord, wanted: Wanted): Promise<void> {
		if (isRepeated(latest, wanted) || (await this.isLeft(latest, wanted))) return;
		throw new ImageError('conflict', {
			message: 'The idempotency key belongs to another request',
			hint:
				'Give each request an "Idempotency Key" of its own; ' +
				'the same key stands for the same prompt, model and options',
			delivery: 'notSent',
		});
	}

	/**
	 * Whether an execution of the same node requested the record and ended without returning it. Then the next run gets
	 * it.
	 */
	private async isLeft(
		{ ref, origin, createdAt, deliveredAt, held }: JobRecord,
		{ origin: { workflowId, nodeId }, adoptWithinMs, savedRefs }: Wanted,
	): Promise<boolean> {
		if (origin.workflowId !== workflowId || origin.nodeId !== nodeId) return false;
		const isTooOld = createdAt < this.dependencies.clock.date().getTime() - adoptWithinMs;
		if (deliveredAt !== null || held !== 'free' || isTooOld) return false;
		return (await savedRefs(origin.executionId))?.has(ref) !== true;
	}

	/** Takes the record for this run. If another run holds it, the job is shared with that run. */
	private async held(record: JobRecord & { state: 'accepted' | 'ended' }, wanted: Wanted): Promise<Found> {
		// A user's own key may serve several executions: the job stays with the one that requested it first.
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

const nothing = (wanted: Wanted, attempt: number): Found => ({
	kind: 'nothing',
	claimant: claimantOf(wanted, attempt),
});

/** Whether it certainly made nothing. */
function isOver(record: JobRecord): boolean {
	if (record.state === 'notAccepted') return true;
	return record.state === 'ended' && isLostCause(record) && !isWorkedOn(record);
}

/** Whether n8n runs the record's item again: in a repetition of its execution, or at the same index of the same one. */
function isRepeated({ lineage, rootExecutionId, origin }: JobRecord, wanted: Wanted): boolean {
	if (lineage !== wanted.lineage || origin.nodeId !== wanted.origin.nodeId) return false;
	if (rootExecutionId !== wanted.rootExecutionId) return true;
	return origin.runIndex === wanted.origin.runIndex && origin.itemIndex === wanted.origin.itemIndex;
}

function isLostCause(record: JobRecord & { state: 'ended' }): boolean {
	const { status } = record.snapshot.job;
	return status === 'failed' || status === 'canceled';
}
