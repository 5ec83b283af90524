/** Workers that take waiting items in order. */
export class Workers<Item> {
	private waiting: Item[] = [];
	private readonly busy = new Set<Item>();

	/**
	 * @param count number of workers now; 0: no limit
	 * @param begin called with an item when a worker is free for it. If it returns false, there was no work, and the
	 * worker is free again.
	 */
	constructor(
		private readonly count: () => number,
		private readonly begin: (item: Item) => boolean,
	) {}

	/** Number of items that no worker has taken yet. */
	get waitingCount(): number {
		return this.waiting.length;
	}

	/** Puts an item at the end of the queue; a free worker takes it at once. */
	add(item: Item): void {
		this.waiting.push(item);
		this.advance();
	}

	/** Records that the work on an item has ended: its worker takes the next item. Unknown items are ignored. */
	done(item: Item): void {
		if (this.busy.delete(item)) this.advance();
	}

	/** Gives waiting items to free workers. Call it when the number of workers changes. */
	advance(): void {
		for (;;) {
			const [next] = this.waiting;
			const isFree = this.count() === 0 || this.busy.size < this.count();
			if (next === undefined || !isFree) return;
			this.waiting.shift();
			this.busy.add(next);
			if (!this.begin(next)) this.busy.delete(next);
		}
	}

	/** Drops waiting and running items. */
	clear(): void {
		this.waiting = [];
		this.busy.clear();
	}
}
