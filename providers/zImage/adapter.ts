import { z } from 'zod4';
import type { JobSnapshot } from '../../model/job';
import { readEndpoint } from '../credential';
import type { CallOptions, ProviderAdapter, Session } from '../provider';
import { createZImageClient, type ZImageClient } from './client';
import { zImageSession } from './session';
import type { BatchSummary } from './wire';

/** What the Z-Image node needs besides the verbs. */
export interface ZImageSession extends Session {
	client: ZImageClient;
	/** Batches of the caller, newest first, each once. */
	batches(options: CallOptions): AsyncGenerator<BatchSummary>;
	/** One job with all its pictures. */
	get(id: string, options: CallOptions): Promise<JobSnapshot>;
}

const credential = z.object({ authKey: z.string().trim().optional() });

export const zImageAdapter: ProviderAdapter<ZImageSession> = {
	endpoint: (fields) =>
		readEndpoint(fields, {
			fields: credential,
			headers: ({ authKey }): Record<string, string> => (authKey ? { 'X-Auth-Key': authKey } : {}),
			secrets: ({ authKey }) => [authKey],
		}),
	connect: ({ baseUrl }, transport) => zImageSession(createZImageClient(transport), baseUrl),
};
