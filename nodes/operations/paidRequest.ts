import type { IExecuteFunctions } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import type { Wanted } from '../../jobs/submission/wanted';
import { PoolMember } from '../../jobs/submission/poolMember';
import type { Choice } from '../../jobs/submission/failover';
import type { Memory } from '../../memory/memory';
import type { JobSnapshot } from '../../model/job';
import type { Extra, Reference } from '../../model/request';
import { mainEndpoint } from '../../providers/credential';
import type { Session, SubmitCall } from '../../providers/provider';
import { credentialIdOf } from '../endpoints/nodeEndpoint';
import type { savedRefsOf } from '../execution/delivery';
import { itemKey, requestDigest, type RunIdentity } from '../execution/identity';

/** A request of a provider node that costs money. It has the rules of Image Generate. */
export interface PaidRequest {
	/** All that decides the result, as plain JSON; files by their content in `references`. */
	request: Record<string, unknown>;
	references?: readonly Reference[];
	/** Images it may make, for the budget. */
	images: number;
	/** How long it may take, ms. */
	maxWaitMs: number;
	/**
	 * Sends the request through `call.paid`, and nothing else that costs money. If `call.made` contains the result of
	 * an earlier attempt, it returns that without a request.
	 */
	submit: (call: SubmitCall) => Promise<JobSnapshot>;
	/** Finds the job of a request whose answer was lost, where the provider can do that. */
	lookUp?: Session['lookUp'];
	/** For the provider's own decision whether an answer means "not accepted", e.g. `{ batch: true }`. */
	extras?: Record<string, Extra>;
}

/** A paid request, and the item that it is for. */
export interface PaidItem extends PaidRequest {
	/** `resource:operation`; equal requests of two operations are different jobs. */
	name: string;
	endpoint: Endpoint;
	itemIndex: number;
	signal: AbortSignal | undefined;
}

/** What the paid requests of a node run have in common. */
export interface PaidContext {
	context: IExecuteFunctions;
	memory: Memory;
	identity: RunIdentity;
	/** Counts equal requests of the run. */
	ordinalOf: (digest: string) => number;
	savedRefs: ReturnType<typeof savedRefsOf>;
}

/** Maximum age of an abandoned request to be taken over, ms. */
const adoptWithinMs = 12 * 3_600_000;

/** The endpoint that makes the job, and what identifies the job among earlier ones. */
export async function describeJob(
	{ context, memory, identity, ordinalOf, savedRefs }: PaidContext,
	{ endpoint, itemIndex, name, request, references, images, extras }: PaidItem,
	operation: NonNullable<Choice['operation']>,
): Promise<{ choice: Choice; wanted: Wanted }> {
	const credentialId = credentialIdOf(context, endpoint.provider);
	const digest = await requestDigest(memory, `${endpoint.provider.id} ${name}`, {
		request,
		...(references ? { references } : {}),
	});
	const key = itemKey(memory, identity, credentialId, digest, ordinalOf(digest));
	const { lineage, rootExecutionId, origin, day } = identity;
	return {
		choice: {
			member: new PoolMember({ name: mainEndpoint, priority: 0, weight: 1, models: [] }, endpoint),
			// The record holds a hash in place of the prompt: the operation sends its own request.
			request: { prompt: digest, count: images, ...(extras ? { extras } : {}) },
			name: null,
			requestDigest: digest,
			credentialId,
			operation,
		},
		wanted: {
			baseKey: key,
			isOwnKey: false,
			wireKey: key,
			lineage,
			rootExecutionId,
			origin: { ...origin, itemIndex },
			day: day(),
			requests: [digest],
			credentialIds: [credentialId],
			adoptWithinMs,
			reuseWithinMs: 0,
			savedRefs,
		},
	};
}
