/**
 * Sent requests whose answers are not in the journal yet, grouped by what a look-up sees of them. A look-up must
 * not confuse the job of such a request with the one that it looks up.
 */
export class InFlight {
	private readonly counts = new Map<string, number>();
	private readonly queues = new Map<string, Promise<unknown>>();

	/** @returns a function to call after the request's answer is in the journal */
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

	/**
	 * Look-ups for similar requests run one after the other, because each must see the jobs that the earlier one has
	 * taken.
	 */
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
