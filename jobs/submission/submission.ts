import type { Memory } from '../../memory/memory';
import type { ImageRequest } from '../../model/request';
import type { Session } from '../../providers/provider';
import type { Endpoint } from '../endpoint/endpoint';
import type { Clock, Random } from '../runtime/clock';
import type { Claim } from './claim';
import type { InFlight } from './inFlight';
import type { Certainty } from './outcome';
import type { PaidRequests } from './paidRequests';

export interface SubmitOptions {
	signal?: AbortSignal | undefined;
	/**
	 * Until when to try (ms since the epoch): waiting for a free slot, for pacing, for a busy provider, and for a
	 * look-up to be certain.
	 */
	deadline: number;
	/**
	 * How long a provider that answers only when the job has ended may take from the moment its request leaves, ms.
	 * Without it a request that leaves shortly before the deadline would be given up at once, and paid.
	 */
	answerWithinMs?: number | undefined;
	/** Requests of one group wait for each other only, not for ten thousand of another. */
	group?: string | undefined;
	/** There are other endpoints to fail over to: a request that is not accepted is not repeated here. */
	canFailOver?: boolean | undefined;
	/**
	 * The key may have been used where our memory does not reach: a provider that finds jobs by key alone looks it up
	 * first.
	 */
	isOutcomeUnknown?: boolean | undefined;
}

/** The part of a session that makes jobs. */
export type Submits = Pick<Session, 'submit' | 'isNotAccepted' | 'lookUp' | 'canLookUp' | 'looksUpByKey'>;

/** Where a job is made, and what it is. */
export interface Work {
	endpoint: Endpoint;
	request: ImageRequest;
	/** An operation of a provider node, in place of the session's own way to make images. */
	operation?: Submits | undefined;
}

/** One job on its way to one endpoint: what the steps of a submit share. */
export interface Submission {
	endpoint: Endpoint;
	request: ImageRequest;
	session: Submits;
	/** With the key that the provider receives. */
	claim: Claim;
	paid: PaidRequests;
	/** What would settle an unknown outcome now. */
	certainty: () => Certainty;
	/** See `PaidRequests`. */
	likeness: string;
	services: { clock: Clock; random: Random; memory: Memory; inFlight: InFlight };
}
