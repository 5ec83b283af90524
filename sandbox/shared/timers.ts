/**
 * All timers of one sandbox. They do not keep the process alive, and `clear()` cancels all of them: a test that leaves
 * a job running must not leave an open handle.
 */
export class Timers {
	private readonly pending = new Set<NodeJS.Timeout>();

	/** Runs the action once after the delay; the returned function cancels it. */
	after(delayMs: number, action: () => void): () => void {
		const timer = setTimeout(
			() => {
				this.pending.delete(timer);
				action();
			},
			Math.max(0, delayMs),
		);
		timer.unref();
		this.pending.add(timer);
		return () => {
			clearTimeout(timer);
			this.pending.delete(timer);
		};
	}

	/** Resolves after the delay; never resolves if the timers are cleared before. */
	pause(delayMs: number): Promise<void> {
		return new Promise((resolve) => this.after(delayMs, resolve));
	}

	/** Cancels all timers. */
	clear(): void {
		for (const timer of this.pending) clearTimeout(timer);
		this.pending.clear();
	}
}
