import { stopped } from './clock';
import { onAbort } from './onAbort';

/**
 * A queue with fair queueing between groups (round robin). Within a group the order is first in, first out. An entry of
 * a small group waits for at most one entry of each other group, however large those are.
 */
export class FairQueue<T> {
	/** By group, the next group first. Sets, because `remove` is then as fast with a million entries as with ten. */
	private readonly groups = new Map<string, Set<T>>();
	private count = 0;

	get size(): number {
		return this.count;
	}

	/** @param entry not in the queue yet */
	push(group: string, entry: T): void {
		const own = this.groups.get(group);
		if (own) own.add(entry);
		else this.groups.set(group, new Set([entry]));
		this.count++;
	}

	/** Takes the next entry; its group then goes to the end. */
	shift(): T | undefined {
		const [next] = this.groups;
		if (!next) return undefined;
		const [group, own] = next;
		const [entry] = own;
		if (entry !== undefined) own.delete(entry);
		this.groups.delete(group);
		if (own.size > 0) this.groups.set(group, own);
		this.count--;
		return entry;
	}

	/** Removes an entry that does not wait any more. */
	remove(group: string, entry: T): void {
		const own = this.groups.get(group);
		if (!own?.delete(entry)) return;
		if (own.size === 0) this.groups.delete(group);
		this.count--;
	}
}

/**
 * Waits in a queue: resolves when the entry is taken and called, rejects with `canceled` when the signal aborts first.
 * @param onAborted called when the signal aborts
 */
export function waitInQueue(
	queue: FairQueue<() => void>,
	group: string,
	signal: AbortSignal | undefined,
	onAborted: () => void = () => undefined,
): Promise<void> {
	return new Promise((resolve, reject) => {
		if (signal?.aborted) return reject(stopped());
		const entry = () => {
			forget();
			resolve();
		};
		const forget = onAbort(signal, () => {
			queue.remove(group, entry);
			onAborted();
			reject(stopped());
		});
		queue.push(group, entry);
	});
}
