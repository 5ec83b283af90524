import { stopped } from './clock';

/**
 * A queue in which groups take turns: within a group whoever comes first goes first, and a group of ten thousand
 * keeps a group of one waiting for one turn only. Never empty-handed while somebody waits.
 */
export class FairQueue<T> {
	/** By group, the next one first; sets, because one of a million is taken out as quickly as one of ten. */
	private readonly groups = new Map<string, Set<T>>();
	private waiting = 0;

	get size(): number {
		return this.waiting;
	}

	/** @param entry no two that wait are the same */
	push(group: string, entry: T): void {
		const own = this.groups.get(group);
		if (own) own.add(entry);
		else this.groups.set(group, new Set([entry]));
		this.waiting++;
	}

	/** The next one; its group then goes to the end of the row. */
	shift(): T | undefined {
		const [next] = this.groups;
		if (!next) return undefined;
		const [group, own] = next;
		const [entry] = own;
		if (entry !== undefined) own.delete(entry);
		this.groups.delete(group);
		if (own.size > 0) this.groups.set(group, own);
		this.waiting--;
		return entry;
	}

	/** Takes one out that waits no longer. */
	remove(group: string, entry: T): void {
		const own = this.groups.get(group);
		if (!own?.delete(entry)) return;
		if (own.size === 0) this.groups.delete(group);
		this.waiting--;
	}
}

/**
 * Waits in a queue of turns: resolves when the turn is called, rejects with `canceled` when the signal aborts first.
 * @param left told when one has given up
 */
export function waitForTurn(
	queue: FairQueue<() => void>,
	group: string,
	signal: AbortSignal | undefined,
	left: () => void = () => undefined,
): Promise<void> {
	return new Promise((resolve, reject) => {
		if (signal?.aborted) return reject(stopped());
		const mine = () => {
			signal?.removeEventListener('abort', onAbort);
			resolve();
		};
		const onAbort = () => {
			queue.remove(group, mine);
			left();
			reject(stopped());
		};
		signal?.addEventListener('abort', onAbort, { once: true });
		queue.push(group, mine);
	});
}
