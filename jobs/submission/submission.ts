import type { Memory } from '../../memory/memory';
import type { ImageRequest } from '../../model/request';
import type { Session } from '../../providers/provider';
import type { Endpoint } from '../endpoint/endpoint';
import type { Clock, Moment, Random } from '../runtime/clock';
import type { Claim } from './claim';
import type { InFlight } from './inFlight';
import type { Certainty } from './outcome';
import type { PaidRequests } from './paidRequests';

export interface SubmitOptions {
	signal?: AbortSignal | undefined;
	/**
	 * Until when to try: waiting for a free slot, for pacing, for a busy provider, and for a
	 * look-up to be certain.
	 */
	deadline: Moment;
	/**
	 * How long a provider that answers only when the job has ended may take from the moment its request leaves, ms.
	 * Otherwise a request that is sent shortly before the deadline would be abandoned at once, although it is paid.
	 */
	answerWithinMs?: number | undefined;
	/** Fair queueing: the requests of one group do not wait for all requests of another group. */
	group?: string | undefined;
	/** Whether there are other endpoints. Then a request that is not accepted is not repeated at this endpoint. */
	canFailOver?: boolean | undefined;
	/**
	 * The key may have been used outside this memory. If the provider can find jobs by key, the key is looked up first.
	 */
	isOutcomeUnknown?: boolean | undefined;
}

/** The part of a session that makes jobs. */
export type Submits = Pick<Session, 'submit' | 'isNotAccepted' | 'lookUp' | 'canLookUp' | 'looksUpByKey'>;

/** The endpoint of a job, and its request. */
export interface Work {
	endpoint: Endpoint;
	request: ImageRequest;
	/** An operation of a provider node, in place of the session's own way to make images. */
	operation?: Submits | undefined;
}

/** One job that is submitted to one endpoint: the data that the steps of a submit share. */
export interface Submission {
	endpoint: Endpoint;
	request: ImageRequest;
	session: Submits;
	/** The claim, with the key that the provider receives. */
	claim: Claim;
	paid: PaidRequests;
	/** What would settle an unknown outcome now. */
	certainty: () => Certainty;
	/** See `PaidRequests`. */
	likeness: string;
	services: { clock: Clock; random: Random; memory: Memory; inFlight: InFlight };
}
