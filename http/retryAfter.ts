/**
 * Reads `Retry-After`: seconds (also with a fraction) or an HTTP date. Null when absent, unreadable or past.
 * @param now ms since the epoch
 * @returns ms to wait from `now`
 */
export function parseRetryAfter(header: string | undefined, now: number): number | null {
	if (header === undefined) return null;
	const text = header.trim();
	const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
	return Number.isFinite(ms) && ms > 0 ? ms : null;
}
