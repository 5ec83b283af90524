import type { IDataObject, INode, WorkflowExecuteMode } from 'n8n-workflow';

export interface TriggerOptions {
	dedupeHours?: number;
	download?: boolean;
	maxImageSize?: number;
	maxBodyKilobytes?: number;
	toleranceSeconds?: number;
}

/**
 * Maximum time between the claim of a delivery and its run, in ms; until then a repeat is answered with 503. It is
 * short because n8n answers 500 after a second if its database is locked, and senders give up after a few repeats. The
 * confirmation ensures that an event runs once; a claim that expires too early costs only one empty execution.
 */
export const claimMs = 10_000;

/**
 * How long an event is remembered, in ms; 0: not at all. A test in the editor accepts the same delivery any number of
 * times.
 */
export function windowOf({ dedupeHours = 72 }: TriggerOptions, mode: WorkflowExecuteMode): number {
	return mode === 'manual' ? 0 : Math.max(0, dedupeHours) * 3_600_000;
}

interface EventContext {
	getWorkflow(): { id?: string };
	getNode(): INode;
}

/**
 * The name of an event. Its id alone is not enough: the real Image SaaS counts its events in a store that can be
 * emptied, and then starts at 1 again.
 */
export function eventScope(
	context: EventContext,
	credentialId: string,
	{ job, event }: IDataObject,
): { scope: string; id: string } {
	const { provider, id } = (job ?? {}) as { provider?: string; id?: string | null };
	const { id: eventId, status } = (event ?? {}) as { id?: string; status?: string };
	return {
		scope: `webhook ${String(context.getWorkflow().id)} ${context.getNode().id}`,
		id: JSON.stringify([provider, credentialId, eventId, id, status]),
	};
}
