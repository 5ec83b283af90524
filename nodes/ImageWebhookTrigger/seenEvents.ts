import { createHash } from 'node:crypto';

/** Events seen, by a short digest of their ids, with when (ms since the epoch). Plain data: it is kept in the workflow's static data. */
export type SeenEvents = Record<string, number>;

/** Most events remembered; the oldest go first. Some 30 KB of static data, which n8n writes with each delivery. */
const mostRemembered = 1_000;

/** What this process has seen, by node: several deliveries may be under way before any of them has been saved. */
const inProcess = new Map<string, SeenEvents>();

/**
 * Whether an event comes for the first time; it is remembered from then on.
 * @param node names the node within the process
 * @param kept what survived the last restart; changed in place
 */
export function isFirst(node: string, kept: { seen?: SeenEvents }, eventId: string, now: number, windowMs: number): boolean {
	const digest = createHash('sha256').update(eventId).digest('base64url').slice(0, 12);
	const seen = { ...kept.seen, ...inProcess.get(node) };
	const fresh = Object.entries(seen).filter(([, at]) => now - at < windowMs);
	if (fresh.some(([id]) => id === digest)) return false;
	const newest = [...fresh, [digest, now] as const].sort(([, a], [, b]) => b - a).slice(0, mostRemembered);
	const next = Object.fromEntries(newest);
	inProcess.set(node, next);
	kept.seen = next;
	return true;
}
