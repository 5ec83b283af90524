import { readEndpoint } from '../credential';
import type { ProviderAdapter, Session } from '../provider';
import { createNanoBananaProClient, type NanoBananaProClient } from './client';
import { createTasksClient, type TasksClient } from './clientTasks';
import { credentialFields, type NanoBananaProConfig } from './config';
import { tasksSession } from './sessionTasks';
import { v16Session } from './sessionV16';

/**
 * The document allows 10 requests per second and client, and 20 at once. The pack stays a quarter below, because
 * delayed requests may arrive together with later requests.
 */
const burst = 15;

/** The verbs, and what only the NanoBananaPro node needs. The server has one of the two APIs. */
export interface NanoBananaProSession extends Session {
	clients: { api: 'v1.6'; client: NanoBananaProClient } | { api: 'tasks'; client: TasksClient };
}

export const nanoBananaProAdapter: ProviderAdapter<NanoBananaProSession, NanoBananaProConfig> = {
	endpoint(fields) {
		const config = readEndpoint(fields, {
			fields: credentialFields,
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
