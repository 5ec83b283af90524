import type { JobSnapshot } from '../../model/job';
import { nanoBananaProAdapter } from '../../providers/nanoBananaPro/adapter';
import { jsonServer, type Reply } from './jsonServer';

/** A session with a server of either API. */

export const baseUrl = 'https://n.example';
export const [created, updated] = ['2026-01-28T09:36:16.000Z', '2026-01-28T09:36:25.000Z'];
export const missing: Reply = { status: 404, body: { code: 404, message: 'no such task', data: null } };

export function connect(api: 'v1.6' | 'tasks', reply: Parameters<typeof jsonServer>[0], more: object = {}) {
	const server = jsonServer(reply);
	const config = nanoBananaProAdapter.endpoint({ baseUrl, api, geminiApiKey: 'AIza', ...more });
	const session = nanoBananaProAdapter.connect(config, server.transport);
	const poll = async (...ids: string[]) => {
		const observations = await session.poll?.(ids, {});
		return ids.map((id) => observations?.get(id));
	};
	const pollOne = async (id: string): Promise<JobSnapshot> => {
		const [observation] = await poll(id);
		if (!observation?.ok) throw observation?.error ?? new Error('not polled');
		return observation.snapshot;
	};
	return { ...server, session, poll, pollOne };
}
