import { z } from 'zod4';
import { readEndpoint } from '../credential';
import type { ProviderAdapter } from '../provider';
import { createZImageClient } from './client';
import { type ZImageSession, zImageSession } from './session';

export type { ZImageSession } from './session';

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
