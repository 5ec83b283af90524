import { z } from 'zod4';
import { readEndpoint } from '../credential';
import type { EndpointConfig, ProviderAdapter, Session } from '../provider';
import { createNanoBananaProClient, type NanoBananaProClient } from './client';
import { createTasksClient, type TasksClient } from './clientTasks';
import { tasksSession } from './sessionTasks';
import { v16Session } from './sessionV16';

/**
 * The document: 10 requests a second for each client, 20 at once. A quarter less, since requests that were delayed on
 * their way arrive together with later ones.
 */
const burst = 15;

const own = z.object({
	api: z.enum(['v1.6', 'tasks']).default('v1.6'),
	geminiApiKey: z.string().trim().optional(),
	geminiApiBase: z.string().trim().optional(),
	taskProvider: z.string().trim().optional(),
});

export type NanoBananaProConfig = EndpointConfig & { own: z.infer<typeof own> };

/** What the NanoBananaPro node needs besides the verbs; the server speaks one of the two. */
export interface NanoBananaProSession extends Session {
	clients: { api: 'v1.6'; client: NanoBananaProClient } | { api: 'tasks'; client: TasksClient };
}

export const nanoBananaProAdapter: ProviderAdapter<NanoBananaProSession, NanoBananaProConfig> = {
	endpoint(fields) {
		const config = readEndpoint(fields, {
			fields: own,
			headers: () => ({}),
			secrets: ({ geminiApiKey }) => [geminiApiKey],
		});
		return { ...config, limits: { ...config.limits, burst, perClient: true } };
	},
	connect(config, transport) {
		if (config.own.api === 'tasks') {
			const client = createTasksClient(transport);
			return { ...tasksSession(client, config), clients: { api: 'tasks', client } };
		}
		const client = createNanoBananaProClient(transport);
		return { ...v16Session(client, config), clients: { api: 'v1.6', client } };
	},
};
