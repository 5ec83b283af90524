import type { Sandbox } from './shared/server';

/** A sandbox of any backend. */
export type AnySandbox = Sandbox<Record<string, unknown>>;

/** A backend that a command can start by its name. Each folder beside this file exports one from its `standIn.ts`. */
export interface Backend {
	/** The name of its folder here and of its provider's folder. */
	id: string;
	displayName: string;
	/** Its position when all are started: each takes the next port. Counts from 1. */
	position: number;
	start(options: { port?: number; settings?: Record<string, unknown> }): Promise<AnySandbox>;
	/** Whether it sends webhooks, to the setting `webhookUrl`. */
	webhooks: boolean;
	/** The credential for n8n: its type, and the field values. */
	credential: { type: string; fields: (url: string) => Record<string, unknown> };
}

/** Credential fields that every credential has, with no limits set. */
export const noLimits = { requestsPerMinute: 0, jobsInFlight: 0, allowedHosts: '' };
