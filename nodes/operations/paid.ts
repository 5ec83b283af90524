import type { IExecuteFunctions } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { abortable } from '../../jobs/runtime/clock';
import type { Choice } from '../../jobs/submission/failover';
import { toImageError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import { type Delivery, deliveryOf, savedRefsOf } from '../execution/delivery';
import { ordinals, runIdentityOf } from '../execution/identity';
import { makerOf, packMemory } from '../execution/memory';
import { describeJob, type PaidContext, type PaidItem, type PaidRequest } from './paidRequest';
import { inMs, systemClock } from '../../jobs/runtime/clock';

/** The paid requests of one node run. */
export interface PaidRequests {
	/**
	 * Returns the result of an earlier attempt of the same item, or makes a new result. Throws ImageError with its
	 * outcome.
	 */
	run(item: PaidItem): Promise<JobSnapshot>;
	/** The node returns its items. */
	returned(): void;
	/** The node run has ended, with or without an error. */
	end(): void;
}

interface Opened extends PaidContext {
	delivery: Delivery;
}

/** The memory is opened by the first paid request: most operations of a provider node cost nothing. */
export function paidRequests(context: IExecuteFunctions): PaidRequests {
	let opening: Promise<Opened> | undefined;
	let hasReturned = false;
	const ordinalOf = ordinals();
	const savedRefs = savedRefsOf(context);
	const open = async (): Promise<Opened> => {
		const memory = await packMemory();
		const identity = await runIdentityOf(context, memory);
		return { context, memory, identity, ordinalOf, savedRefs, delivery: deliveryOf(context, memory) };
	};
	return {
		run: async (item) => await make(await (opening ??= open()), item),
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

/** Makes the job, or takes over an earlier job of the same item, and tracks its delivery. */
async function make(opened: Opened, item: PaidItem): Promise<JobSnapshot> {
	const { memory, identity, delivery } = opened;
	const { endpoint, signal, images, maxWaitMs } = item;
	const { choice, wanted } = await describeJob(opened, item, workOf(endpoint, item));
	/** The record that this run must deliver; a shared record is delivered by another run. */
	let ownRef: string | undefined;
	const making = makerOf(memory).make(
		[choice],
		wanted,
		{ cost: { images, usd: null }, limits: [] },
		{
			signal,
			deadline: inMs(systemClock, maxWaitMs),
			answerWithinMs: maxWaitMs,
			group: identity.origin.executionId,
			onRecord: (ref, isShared) => {
				delivery.add(ref, isShared);
				ownRef = isShared ? undefined : ref;
			},
		},
	);
	const release = async () => (ownRef === undefined ? undefined : await memory.journal.release([ownRef]));
	delivery.track(making.then(release, release));
	try {
		const { snapshot, record } = await abortable(making, signal);
		return { ...snapshot, job: { ...snapshot.job, ref: record.ref } };
	} catch (thrown) {
		const error = toImageError(thrown);
		// This error reports the unknown outcome of an earlier attempt. The next run may send the request again.
		if (ownRef !== undefined && error.outcome === 'unknown' && error.delivery === 'notSent')
			delivery.reported(ownRef);
		throw error;
	}
}

/** How the request is sent, and how its outcome is decided. */
function workOf({ session }: Endpoint, { submit, lookUp }: PaidRequest): NonNullable<Choice['operation']> {
	return {
		submit: (_request, call) => submit(call),
		isNotAccepted: (answer, request) => session.isNotAccepted(answer, request),
		...(lookUp ? { lookUp } : {}),
	};
}
