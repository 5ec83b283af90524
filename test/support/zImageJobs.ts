import type { JobSnapshot } from '../../model/job';
import { zImageAdapter } from '../../providers/zImage/adapter';
import { jsonServer, type Reply } from './jsonServer';

/** A session with a server that has given tasks, batches and rows. */

export const baseUrl = 'https://z.example';
export const batch = '11111111-2222-3333-4444-555555555555';
export const other = '99999999-2222-3333-4444-555555555555';
export const created = '2026-01-28T09:36:16.000Z';
export const missing: Reply = { status: 404, body: { detail: 'Batch not found' } };

interface Server {
	tasks?: Record<string, object>;
	batches?: Record<string, object>;
	rows?: object[];
	/** Answers to cancels, by task. */
	cancels?: Record<string, object>;
}

export function serve({ tasks = {}, batches = {}, rows = [], cancels = {} }: Server) {
	const server = jsonServer(({ path, query }): Reply => {
		const [, , kind, id = '', verb] = path.split('/').map(decodeURIComponent);
		if (verb === 'cancel') return cancels[id] ? { body: { task_id: id, ...cancels[id] } } : missing;
		if (kind === 'tasks') return { body: { task_id: id, status: 'PENDING', ...tasks[id] } };
		if (id !== '') return batches[id] ? { body: batches[id] } : missing;
		const { offset, limit } = query as { offset: number; limit: number };
		return { body: rows.slice(offset, offset + limit) };
	});
	const session = zImageAdapter.connect(zImageAdapter.endpoint({ baseUrl }), server.transport);
	const poll = async (...ids: string[]) => {
		const observations = await session.poll?.(ids, {});
		return ids.map((id) => {
			const observation = observations?.get(id);
			if (!observation?.ok) throw observation?.error ?? new Error(`${id} was not polled`);
			return observation.snapshot;
		});
	};
	const pollOne = async (id: string) => (await poll(id))[0] as JobSnapshot;
	return { ...server, session, poll, pollOne };
}

export const image = (url: string, more: object = {}) => ({
	index: 0,
	url,
	fileName: url.split('/').at(-1),
	mimeType: null,
	width: null,
	height: null,
	bytes: null,
	seed: null,
	...more,
});
