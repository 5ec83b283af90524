const MINUTE_MS = 60_000;

/** Counts the requests or runs of each tenant within the last minute. */
export class MinuteWindow {
	private readonly seen = new Map<string, number[]>();

	/** Counts one more request and returns null, or returns the seconds until the next one is allowed. */
	admit(tenant: string, limit: number, now: number): number | null {
		const recent = (this.seen.get(tenant) ?? []).filter((at) => at > now - MINUTE_MS);
		this.seen.set(tenant, recent);
		const blocking = limit > 0 && recent.length >= limit ? recent[recent.length - limit] : undefined;
		if (blocking !== undefined) return Math.max(1, Math.ceil((blocking + MINUTE_MS - now) / 1000));
		recent.push(now);
		return null;
	}

	clear(): void {
		this.seen.clear();
	}
}
