import type { BudgetLimit, Memory } from '../../memory/memory';
import type { Claimant, Cost, JobRecord } from '../../memory/record';
import { concernsEndpoint, type ImageError, toImageError } from '../../model/errors';
import type { Attempt } from '../../model/job';
import { refFrom } from '../../model/jobRef';
import type { ImageRequest } from '../../model/request';
import type { Endpoint } from '../endpoint/endpoint';
import type { Clock, Random } from '../runtime/clock';
import { withRetry } from '../runtime/retry';
import { keyOfAttempt } from './wanted';
import type { PoolMember } from './poolMember';
import { addAttempt, notAcceptedByAny, withAttempts } from './attempts';
import { AlreadyBegun, type Claim } from './claim';
import type { SubmitOptions, Submits } from './submission';
import type { Submitted, Submitter } from './submitter';

/** An endpoint that may make the job, and the request that it would receive. */
export interface Choice {
	member: PoolMember;
	request: ImageRequest;
	/** The endpoint's name in the item; null where its credential has only one. */
	name: string | null;
	/** Keyed hash of the request and its provider. */
	requestDigest: string;
	/** Id of the n8n credential that the endpoint belongs to. */
	credentialId: string;
	/** See `Work`. */
	operation?: Submits | undefined;
}

export interface Made extends Submitted {
	/** The endpoint that runs the job; polls go to it. */
	endpoint: Endpoint;
	request: ImageRequest;
}

/** The record of the job, at any endpoint. */
export interface JobTerms {
	claimant: Claimant;
	/** The key for the provider, of the first attempt. */
	wireKey: string;
	cost: Cost;
	limits: readonly BudgetLimit[];
}

export interface FailoverOptions extends Omit<SubmitOptions, 'canFailOver'> {
	/** Endpoints that were left out because they do not support the request. */
	unsupported?: readonly Attempt[] | undefined;
}

/** Makes jobs at the first of several endpoints that accepts them. */
export class Failover {
	constructor(
		private readonly dependencies: { clock: Clock; random: Random; memory: Memory; submitter: Submitter },
	) {}

	/**
	 * Makes one job at the first endpoint that accepts it. It fails over only if the job was certainly not made. If no
	 * endpoint accepts the job, the round is repeated until the deadline. A single endpoint is repeated until it
	 * accepts.
	 * @param choices in the order of preference, at least one
	 */
	async submit(
		choices: readonly [Choice, ...Choice[]],
		terms: JobTerms,
		{ unsupported = [], ...options }: FailoverOptions,
	): Promise<Made> {
		const [first, ...others] = choices;
		if (others.length === 0) return await this.submitAt(first, terms, null, options, unsupported);
		const { clock, random } = this.dependencies;
		const attempts = [...unsupported];
		return await withRetry(() => this.round(choices, terms, options, attempts), {
			clock,
			random,
			signal: options.signal,
			deadline: options.deadline,
			canRepeat: (error) => error.retryable && shouldFailOver(error),
		});
	}

	/** Makes the job at one endpoint. @param earlier an unsettled record of this endpoint, which is settled first */
	async submitAt(
		choice: Choice,
		terms: JobTerms,
		earlier: JobRecord | null,
		options: SubmitOptions,
		attempts: readonly Attempt[] = [],
	): Promise<Made> {
		const { member, request, name, operation } = choice;
		const { snapshot, record } = await this.dependencies.submitter.submit(
			{ endpoint: member.endpoint, request, operation },
			this.claim(choice, terms),
			earlier,
			options,
		);
		return { snapshot: withAttempts(snapshot, name, attempts), record, endpoint: member.endpoint, request };
	}

	private async round(
		choices: readonly Choice[],
		terms: JobTerms,
		options: SubmitOptions,
		attempts: Attempt[],
	): Promise<Made> {
		const failures: ImageError[] = [];
		for (const choice of choices) {
			const { member } = choice;
			const now = this.dependencies.clock.now();
			const add = (error: ImageError) => {
				failures.push(error);
				addAttempt(attempts, member, error, now);
			};
			if (member.restsUntil(now) > 0) {
				add(member.resting(now));
				continue;
			}
			try {
				return await member.attempt(() =>
					this.submitAt(choice, terms, null, { ...options, canFailOver: true }, attempts),
				);
			} catch (thrown) {
				const error = toImageError(thrown);
				if (!shouldFailOver(error)) throw error;
				add(error);
			}
		}
		throw notAcceptedByAny(failures, attempts);
	}

	private claim(
		{ member, request, requestDigest, credentialId }: Choice,
		{ claimant, wireKey, cost, limits }: JobTerms,
	): Claim {
		const { endpoint, settings } = member;
		const { memory } = this.dependencies;
		return {
			claimant,
			ref: refOf(memory, claimant.key),
			wireKey: keyOfAttempt(wireKey, claimant.attempt),
			request: requestDigest,
			model: request.model ?? null,
			endpoint: {
				provider: endpoint.provider.id,
				name: settings.name,
				digest: endpointDigest(memory, endpoint),
				credentialId,
			},
			cost,
			limits,
		};
	}
}

/** The name of an endpoint in the journal: a hash of base URL and key, so that a new name changes nothing. */
export function endpointDigest(memory: Memory, endpoint: Pick<Endpoint, 'identity'>): string {
	return memory.digest('endpoint', endpoint.identity);
}

/** Our own name of a key's job. */
export function refOf(memory: Pick<Memory, 'digest'>, key: string): string {
	return refFrom(Buffer.from(memory.digest('ref', key), 'base64url'));
}

/** Whether the job was certainly not made, and another endpoint may accept it. */
export function shouldFailOver(error: ImageError): boolean {
	if (error.code === 'canceled' || error.outcome === 'unknown' || error instanceof AlreadyBegun) return false;
	return (
		concernsEndpoint(error) ||
		error.code === 'auth' ||
		(error.code === 'quotaExceeded' && error.delivery !== 'notSent')
	);
}
