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

/** A request of a provider node that costs money. The rules of Image Generate apply to it. */
export interface PaidRequest {
	/** Everything that decides the result, as plain JSON. Files are in `references` and count by their content. */
	request: Record<string, unknown>;
	references?: readonly Reference[];
	/** Number of images that it may make, for the budget. */
	images: number;
	/** Maximum time of the request, in ms. */
	maxWaitMs: number;
	/**
	 * Sends the request through `call.paid`, and sends nothing else that costs money. If `call.made` contains the
	 * result of an earlier attempt, returns that result without a request.
	 */
	submit: (call: SubmitCall) => Promise<JobSnapshot>;
	/** Finds the job of a request whose answer was lost, if the provider can do that. */
	lookUp?: Session['lookUp'];
	/** Further data for the provider's decision whether an answer means "not accepted", e.g. `{ batch: true }`. */
	extras?: Record<string, Extra>;
}

/** A paid request and its item. */
export interface PaidItem extends PaidRequest {
	/** `resource:operation`; equal requests of two operations are different jobs. */
	name: string;
	endpoint: Endpoint;
	itemIndex: number;
	signal: AbortSignal | undefined;
}

/** The data that the paid requests of a node run share. */
export interface PaidContext {
	context: IExecuteFunctions;
	memory: Memory;
	identity: RunIdentity;
	/** Counts equal requests of the run. */
	ordinalOf: (digest: string) => number;
	savedRefs: ReturnType<typeof savedRefsOf>;
}

/** Maximum age of an abandoned request that an item may take over, in ms. */
const adoptWithinMs = 12 * 3_600_000;

/** The endpoint that makes the job, and the data that identify the job among earlier jobs. */
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
			// The record contains a hash instead of the prompt, because the operation sends its own request.
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
