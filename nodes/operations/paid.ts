import type { IExecuteFunctions } from 'n8n-workflow';
import { abortable } from '../../jobs/runtime/clock';
import { PoolMember } from '../../jobs/submission/breaker';
import { mainEndpoint } from '../../providers/credential';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import type { Submits } from '../../jobs/submission/submitter';
import type { Memory } from '../../memory/memory';
import { toImageError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import type { Extra, Reference } from '../../model/request';
import type { SubmitCall } from '../../providers/provider';
import { credentialIdOf } from '../endpoints/nodeEndpoint';
import { type Delivery, deliveryOf, savedRefsOf } from '../execution/delivery';
import { itemKey, ordinals, requestDigest, type RunIdentity, runIdentityOf } from '../execution/identity';
import { makerOf, packMemory } from '../execution/memory';
import { blankJob } from '../items/items';

/** An operation of a provider node that costs money: it has the rules of Image Generate. */
export interface PaidOperation {
	endpoint: Endpoint;
	itemIndex: number;
	signal: AbortSignal | undefined;
	/** Value of `resource:operation`; equal requests of two operations are different jobs. */
	name: string;
	/** All that decides the result, as plain JSON; files by their content in `references`. */
	request: Record<string, unknown>;
	references?: readonly Reference[];
	/** Images it may make, for spending. */
	images: number;
	/** How long it may take, ms. */
	maxWaitMs: number;
	/**
	 * Sends its request through `call.paid`, and nothing else that costs money; from `call.made` it gives what was made
	 * without sending.
	 */
	submit: (call: SubmitCall) => Promise<JobSnapshot>;
	/** Where the provider can be asked what became of a lost request. */
	lookUp?: Submits['lookUp'];
	/** What makes the request a special one for the provider's own judgement of refusals, e.g. `{ batch: true }`. */
	extras?: Record<string, Extra>;
}

/** The operations of one node run that cost money. */
export interface PaidOperations {
	/**
	 * Gives the operation's result: that of an earlier attempt of the same item, where there is one, else a new one.
	 * Throws ImageError with its outcome.
	 */
	run(operation: PaidOperation): Promise<JobSnapshot>;
	/** The node returns its items. */
	returned(): void;
	end(): void;
}

interface Opened {
	memory: Memory;
	identity: RunIdentity;
	delivery: Delivery;
}

/** How old an abandoned operation may be to be taken over, ms. */
const adoptWithinMs = 12 * 3_600_000;

/** The memory is opened by the first operation that costs money: most operations of a provider node do not. */
export function paidOperations(context: IExecuteFunctions): PaidOperations {
	let opening: Promise<Opened> | undefined;
	let hasReturned = false;
	const ordinalOf = ordinals();
	const savedRefs = savedRefsOf(context);
	const open = async (): Promise<Opened> => {
		const memory = await packMemory();
		return { memory, identity: await runIdentityOf(context, memory), delivery: deliveryOf(context, memory) };
	};
	return {
		async run({
			endpoint,
			itemIndex,
			signal,
			name,
			request,
			references,
			images,
			maxWaitMs,
			submit,
			lookUp,
			extras,
		}) {
			const { memory, identity, delivery } = await (opening ??= open());
			const credentialId = credentialIdOf(context, endpoint.provider);
			const digest = await requestDigest(memory, `${endpoint.provider.id} ${name}`, {
				request,
				...(references ? { references } : {}),
			});
			const key = itemKey(memory, identity, credentialId, digest, ordinalOf(digest));
			const { lineage, rootExecutionId, origin, day } = identity;
			const asked = { prompt: digest, count: images, ...(extras ? { extras } : {}) };
			const operation: Submits = {
				submit: (_request, call) => submit(call),
				isNotAccepted: (answer, asking) => endpoint.session.isNotAccepted(answer, asking),
				...(lookUp ? { lookUp } : {}),
			};
			const choice = {
				member: new PoolMember({ name: mainEndpoint, priority: 0, weight: 1, models: [] }, endpoint),
				request: asked,
				name: null,
				requestDigest: digest,
				credentialId,
				operation,
			};
			const wanted = {
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
			};
			let ref: string | undefined;
			const onRecord = (found: string, isShared: boolean) => {
				delivery.add(found, isShared);
				ref = isShared ? undefined : found;
			};
			const making = makerOf(memory).make(
				[choice],
				wanted,
				{ cost: { images, usd: null }, limits: [] },
				{
					signal,
					deadline: Date.now() + maxWaitMs,
					answerWithinMs: maxWaitMs,
					group: origin.executionId,
					onRecord,
				},
			);
			delivery.track(
				making
					.then(
						() => undefined,
						() => undefined,
					)
					.then(async () => (ref === undefined ? undefined : await memory.journal.release([ref]))),
			);
			try {
				const { snapshot, record } = await abortable(making, signal);
				return { ...snapshot, job: { ...snapshot.job, ref: record.ref } };
			} catch (thrown) {
				const error = toImageError(thrown);
				// Said once, the person knows; the next run sends it anew.
				if (ref !== undefined && error.outcome === 'unknown' && error.delivery === 'notSent')
					delivery.reported(ref);
				throw error;
			}
		},
		returned: () => {
			hasReturned = true;
		},
		end: () => {
			void opening?.then(
				({ delivery }) => {
					if (hasReturned) delivery.returned();
					delivery.end();
				},
				() => undefined,
			);
		},
	};
}

/** What an operation's item says of its job: by the ref n8n's saved data tells that it was delivered. */
export function jobOf({ job: { provider, ref, status } }: JobSnapshot): {
	job: { provider: string; ref: string | null; status: string };
} {
	return { job: { provider, ref: ref ?? null, status } };
}

/** The result of an operation that is no job of the provider's. */
export function operationResult(
	provider: string,
	output: Record<string, unknown>,
	images: JobSnapshot['images'] = [],
): JobSnapshot {
	return {
		job: { ...blankJob(provider), status: 'succeeded', total: images.length, completed: images.length },
		images,
		raw: null,
		output,
	};
}
