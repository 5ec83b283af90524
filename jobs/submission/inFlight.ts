/**
 * Requests that have left and whose answer is not in the journal yet, by what a look-up sees of them. A look-up must
 * not confuse the job of such a request with the one that it looks up.
 */
export class InFlight {
	private readonly counts = new Map<string, number>();
	private readonly queues = new Map<string, Promise<unknown>>();

	/** @returns to be called once the request is answered, and the answer journaled */
	enter(likeness: string): () => void {
		this.counts.set(likeness, (this.counts.get(likeness) ?? 0) + 1);
		let isOpen = true;
		return () => {
			if (!isOpen) return;
			isOpen = false;
			const left = (this.counts.get(likeness) ?? 1) - 1;
			if (left > 0) this.counts.set(likeness, left);
			else this.counts.delete(likeness);
		};
	}

	has(likeness: string): boolean {
		return this.counts.has(likeness);
	}

	/** Look-ups for alike requests go one after the other: each must see what the one before has taken. */
	async inTurn<T>(likeness: string, work: () => Promise<T>): Promise<T> {
		const turn = (this.queues.get(likeness) ?? Promise.resolve()).then(work, work);
		const done = turn.then(
			() => undefined,
			() => undefined,
		);
		this.queues.set(likeness, done);
		try {
			return await turn;
		} finally {
			if (this.queues.get(likeness) === done) this.queues.delete(likeness);
		}
	}
}
