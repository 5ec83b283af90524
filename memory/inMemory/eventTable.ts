import { holdsClaim, maxEvents } from '../rules.ts';

/** Most events held in this process's memory. */
const maxHeld = Math.min(maxEvents, 100_000);

/** Events in a map: an open claim has no lineage, a confirmed event the one that ran it. */
export class EventTable {
	readonly #events = new Map<string, { lineage: string | null; expiresAt: number }>();

	claim(scope: string, id: string, now: number, claimMs: number): 'claimed' | 'open' | 'confirmed' {
		const event = this.#current(scope, id, now);
		if (event && event.lineage !== null) return 'confirmed';
		if (event && holdsClaim(event.expiresAt, now, claimMs)) return 'open';
		this.#keep(scope, id, null, now + claimMs);
		return 'claimed';
	}

	confirm(scope: string, id: string, lineage: string, now: number, keepMs: number): boolean {
		const event = this.#current(scope, id, now);
		if (event && event.lineage !== null && event.lineage !== lineage) return false;
		this.#keep(scope, id, lineage, now + keepMs);
		return true;
	}

	/** Drops what no longer counts. */
	prune(now: number): void {
		for (const [key, { expiresAt }] of this.#events) if (expiresAt <= now) this.#events.delete(key);
	}

	#current(scope: string, id: string, now: number): { lineage: string | null; expiresAt: number } | null {
		const event = this.#events.get(keyOf(scope, id));
		return event && event.expiresAt > now ? event : null;
	}

	#keep(scope: string, id: string, lineage: string | null, expiresAt: number): void {
		const key = keyOf(scope, id);
		this.#events.delete(key);
		this.#events.set(key, { lineage, expiresAt });
		if (this.#events.size <= maxHeld) return;
		const [oldest] = this.#events.keys();
		if (oldest !== undefined) this.#events.delete(oldest);
	}
}

function keyOf(scope: string, id: string): string {
	return JSON.stringify([scope, id]);
}
