const everyMs = 20;

/** How late the timers of the process are. A busy machine delays every execution by as much. */
export class Lateness {
	/** Of all timers in sum, in ms. */
	sum = 0;
	/** Of the last timer, in ms. */
	last = 0;
	private expected = performance.now() + everyMs;
	private readonly timer = setInterval(() => {
		this.last = Math.max(0, performance.now() - this.expected);
		this.sum += this.last;
		this.expected = performance.now() + everyMs;
	}, everyMs);

	stop(): void {
		clearInterval(this.timer);
	}
}
