import type { Memory } from '../../memory/memory';
import type { JobRecord } from '../../memory/record';
import { ImageError, outcomeOf } from '../../model/errors';
import { isTerminal } from '../../model/job';
import type { Clock, Random } from '../runtime/clock';
import { Adoption } from './adoption';
import type { Found, Wanted } from './wanted';
import { withAttempts } from './attempts';
import { certaintyOf } from './certainty';
import {
	type Choice,
	endpointDigest,
	Failover,
	type FailoverOptions,
	type JobTerms,
	type Made,
	refOf,
	shouldFailOver,
} from './failover';
import { LeftBehind } from './leftBehind';
import { AlreadyBegun } from './claim';
import { unknownPartsOf } from './paidParts';
import { keepResult, restoreResult } from './storedSnapshot';
import { Submitter } from './submitter';

/** A job for an item, and where it comes from. */
export interface Given extends Made {
	/**
	 * `new`: made now. `sameKey`: made by an earlier attempt of the same item, or under the user's key. `adopted`:
	 * taken over from an execution that died or was stopped. `reused`: a finished one of the same request.
	 */
	how: 'new' | 'sameKey' | 'adopted' | 'reused';
}

export interface MakeOptions extends FailoverOptions {
	/**
	 * Receives the ref of the item's record as soon as there is one, also if its job fails; `isShared`: another run
	 * works on it.
	 */
	onRecord?: ((ref: string, isShared: boolean) => void) | undefined;
}

/** Pause before the journal is read for the job of another run, ms. */
const raceMs = 100;

/** Gives each item its job: an earlier one if it exists, otherwise a new one. */
export class JobMaker {
	/** Used by the code that sees the ends of executions. */
	readonly leftBehind = new LeftBehind();
	private readonly adoption: Adoption;
	private readonly failover: Failover;

	constructor(private readonly dependencies: { clock: Clock; random: Random; memory: Memory }) {
		this.adoption = new Adoption({ ...dependencies, leftBehind: this.leftBehind });
		this.failover = new Failover({ ...dependencies, submitter: new Submitter(dependencies) });
	}

	/**
	 * Gives the item's job as soon as it is known to be accepted. Throws ImageError; its `outcome` says whether a job
	 * may exist anyway. If the signal aborts during a request, the request is completed and recorded.
	 * @param choices endpoints that may make it, in the order of preference
	 */
	async make(
		choices: readonly [Choice, ...Choice[]],
		wanted: Wanted,
		terms: Omit<JobTerms, 'claimant' | 'wireKey'>,
		options: MakeOptions,
	): Promise<Given> {
		const { clock } = this.dependencies;
		let reuseWithinMs = wanted.reuseWithinMs;
		for (;;) {
			const found = await this.adoption.find(
				{ ...wanted, reuseWithinMs },
				{ ...options, isUnfinished: (record) => this.isUnfinished(record, choices) },
			);
			const given = await outcomeOf(this.given(found, choices, wanted, terms, options));
			if (given.ok) {
				if (given.value) return given.value;
				if (found.kind !== 'nothing' && found.how === 'reused') reuseWithinMs = 0;
				continue;
			}
			// Another run was faster: its job is also the job of this item.
			if (!(given.error instanceof AlreadyBegun) || clock.now() >= options.deadline) throw given.error;
			await clock.sleep(raceMs, options.signal);
		}
	}

	/** The job that the item gets from a found record. Undefined if the record turns out to have no job. */
	private async given(
		found: Found,
		choices: readonly [Choice, ...Choice[]],
		wanted: Wanted,
		terms: Omit<JobTerms, 'claimant' | 'wireKey'>,
		options: MakeOptions,
	): Promise<Given | undefined> {
		if (found.kind === 'nothing') {
			options.onRecord?.(refOf(this.dependencies.memory, found.claimant.key), false);
			const made = await this.failover.submit(
				choices,
				{ ...terms, claimant: found.claimant, wireKey: wanted.wireKey },
				{ ...options, isOutcomeUnknown: wanted.isOwnKey },
			);
			return { ...made, how: 'new' };
		}
		options.onRecord?.(found.record.ref, found.kind === 'job' && found.isShared);
		const choice = this.choiceOf(found.record, choices, found.how);
		if (!choice) return undefined;
		return found.kind === 'job'
			? await this.givenAgain(found, choice, options)
			: await this.settled(found, choice, choices, wanted, terms, options);
	}

	/** A job that exists already. Undefined if an adopted job turns out to have failed. */
	private async givenAgain(
		{ record, how }: Found & { kind: 'job' },
		choice: Choice,
		{ signal, group }: FailoverOptions,
	): Promise<Given | undefined> {
		const { memory } = this.dependencies;
		const { endpoint } = choice.member;
		let snapshot = await restoreResult(memory, record.ref, record.snapshot);
		const { id } = snapshot.job;
		if (how === 'adopted' && id !== null && !isTerminal(snapshot.job.status)) {
			// If it cannot be polled now, the recorded state is returned: the job is paid, and polling continues.
			const polled = await outcomeOf(endpoint.forGroup(group, () => endpoint.pollOnce([id], signal)));
			if (!polled.ok && polled.error.code === 'canceled') throw polled.error;
			const observation = polled.ok ? polled.value.get(id) : undefined;
			if (observation?.ok) snapshot = observation.snapshot;
		}
		if (how === 'adopted' && (snapshot.job.status === 'failed' || snapshot.job.status === 'canceled')) {
			await memory.journal.change(record.ref, {
				state: { state: 'ended', snapshot: await keepResult(memory, record.ref, snapshot) },
			});
			// While the record is busy, it would be found again as a job that another run works on.
			await memory.journal.release([record.ref]);
			return undefined;
		}
		return { snapshot: withAttempts(snapshot, choice.name, []), record, endpoint, request: choice.request, how };
	}

	/**
	 * Settles an earlier attempt at its endpoint. Undefined if it made nothing and the request may fail over to another
	 * endpoint.
	 */
	private async settled(
		found: Found & { kind: 'unsettled' },
		choice: Choice,
		choices: readonly Choice[],
		wanted: Wanted,
		terms: Omit<JobTerms, 'claimant' | 'wireKey'>,
		options: FailoverOptions,
	): Promise<Given | undefined> {
		const { record, how } = found;
		const { key, baseKey, attempt, lineage, rootExecutionId, origin, day } = record;
		const own: JobTerms = {
			...terms,
			claimant: { key, baseKey, attempt, lineage, rootExecutionId, origin, day },
			wireKey: wanted.wireKey,
		};
		const settled = await outcomeOf(
			this.failover.submitAt(
				choice,
				own,
				record,
				{ ...options, canFailOver: choices.length > 1 },
				options.unsupported,
			),
		);
		if (settled.ok) return { ...settled.value, how };
		if (choices.length > 1 && shouldFailOver(settled.error)) return undefined;
		throw settled.error;
	}

	/**
	 * Whether a job was given without images that are still available: a look-up can settle their requests, or a stop
	 * kept them from being sent. If no look-up can settle them, the job is returned as it is.
	 */
	private isUnfinished({ state, requests, endpoint, ...record }: JobRecord, choices: readonly Choice[]): boolean {
		if (state !== 'accepted' && state !== 'ended') return false;
		const choice = choices.find(
			({ member }) => endpointDigest(this.dependencies.memory, member.endpoint) === endpoint.digest,
		);
		if (!choice) return false;
		const { operation, request } = choice;
		const { provider, session } = choice.member.endpoint;
		if (certaintyOf(provider, operation ?? session, request, 0) !== 'lookup') return false;
		if (unknownPartsOf(requests).length > 0) return true;
		// The journal has the result of a look-up before it has the job.
		const error = 'snapshot' in record ? record.snapshot.job.error : null;
		return error?.outcome === 'unknown' || (state === 'accepted' && error?.code === 'canceled');
	}

	/**
	 * The choice with the endpoint of a record. Throws `conflict` if the node does not have that endpoint any more:
	 * another account must not be polled for its job.
	 */
	private choiceOf({ endpoint, ref }: JobRecord, choices: readonly Choice[], how: Given['how']): Choice | undefined {
		const { memory } = this.dependencies;
		const choice = choices.find(({ member }) => endpointDigest(memory, member.endpoint) === endpoint.digest);
		if (choice || how === 'reused') return choice;
		throw new ImageError('conflict', {
			message:
				`An earlier attempt of this item is job ${ref} at the endpoint "${endpoint.name}" of ` +
				`${endpoint.provider}. The credential has no endpoint with that base URL and key any more`,
			hint:
				'Put the base URL and key of that endpoint back into the credential, ' +
				'or forget the job with the node Image Jobs',
			delivery: 'notSent',
		});
	}
}
