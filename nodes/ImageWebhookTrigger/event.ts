import type { IDataObject, INode, WorkflowExecuteMode } from 'n8n-workflow';

export interface TriggerOptions {
	dedupeHours?: number;
	download?: boolean;
	maxImageSize?: number;
	maxBodyKilobytes?: number;
	toleranceSeconds?: number;
}

/** How long a delivery may take from its claim to its run, ms: the provider's next attempt is answered 503 until then. */
export const claimMs = 60_000;

/** How long an event is remembered, ms; 0: it is not. Listening in the editor is for trying out, and there the same delivery may be sent as often as one likes. */
export function windowOf({ dedupeHours = 72 }: TriggerOptions, mode: WorkflowExecuteMode): number {
	return mode === 'manual' ? 0 : Math.max(0, dedupeHours) * 3_600_000;
}

interface EventContext {
	getWorkflow(): { id?: string };
	getNode(): INode;
}

/**
 * What names an event. Its id alone does not do: the real Image SaaS counts its events in a store that may be emptied,
 * and then begins again at 1.
 */
export function eventScope(context: EventContext, credentialId: string, { job, event }: IDataObject): { scope: string; id: string } {
	const { provider, id } = (job ?? {}) as { provider?: string; id?: string | null };
	const { id: eventId, status } = (event ?? {}) as { id?: string; status?: string };
	return { scope: `webhook ${String(context.getWorkflow().id)} ${context.getNode().id}`, id: JSON.stringify([provider, credentialId, eventId, id, status]) };
}
