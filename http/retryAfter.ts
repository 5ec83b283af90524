/**
 * Reads `Retry-After`: seconds (also with a fraction) or an HTTP date. Null when absent, unreadable or past.
 * @param now ms since the epoch
 * @returns ms to wait from `now`
 */
export function parseRetryAfter(header: string | undefined, now: number): number | null {
	if (header === undefined) return null;
	const text = header.trim();
	// Date.parse takes almost anything for a date, "-3" among it; an HTTP date begins with a weekday.
	const ms = /^\d+(\.\d+)?$/.test(text)
		? Number(text) * 1000
		: /^(mon|tue|wed|thu|fri|sat|sun)/i.test(text)
			? Date.parse(text) - now
			: Number.NaN;
	return Number.isFinite(ms) && ms > 0 ? ms : null;
}
