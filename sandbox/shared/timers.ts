/**
 * All timers of one sandbox. None of them keeps the process alive, and none outlives `clear()`:
 * a test that forgets a running job must not leave a handle behind.
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

	/** Resolves after the delay, and never when the timers are cleared before. */
	pause(delayMs: number): Promise<void> {
		return new Promise((resolve) => this.after(delayMs, resolve));
	}

	/** Cancels all timers. */
	clear(): void {
		for (const timer of this.pending) clearTimeout(timer);
		this.pending.clear();
	}
}
