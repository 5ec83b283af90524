import { Heap } from 'heap-js';
import { type Clock, type Moment, stopped } from '../../jobs/runtime/clock';

interface Sleeper {
	at: number;
	/** With the same time, the sleeper with the lower number wakes first. */
	turn: number;
	gone: boolean;
	wake: () => void;
}

/** Time that passes only when a test advances it. The date is the time in ms since the epoch, until it is set. */
export class VirtualClock implements Clock {
	private readonly sleepers = new Heap<Sleeper>((a, b) => a.at - b.at || a.turn - b.turn);
	private turns = 0;
	private gone = 0;
	/** How far the date was set forward, in ms. */
	private dateAheadMs = 0;

	constructor(private time = Date.UTC(2026, 0, 1)) {}

	now(): Moment {
		return this.time as Moment;
	}

	date(): Date {
		return new Date(this.time + this.dateAheadMs);
	}

	/** Sets the date forward, or back by a negative number. No time passes. */
	setDateForward(ms: number): void {
		this.dateAheadMs += ms;
	}

	sleep(ms: number, signal?: AbortSignal): Promise<void> {
		return new Promise((resolve, reject) => {
			if (signal?.aborted) return reject(stopped());
			const onAbort = () => {
				sleeper.gone = true;
				this.forgetGone();
				reject(stopped());
			};
			const sleeper: Sleeper = {
				at: this.time + Math.max(0, ms),
				turn: this.turns++,
				gone: false,
				wake: () => {
					signal?.removeEventListener('abort', onAbort);
					resolve();
				},
			};
			signal?.addEventListener('abort', onAbort, { once: true });
			this.sleepers.push(sleeper);
		});
	}

	/** Advances the time by `ms` and wakes each sleeper at its time. */
	async advance(ms: number): Promise<void> {
		const end = this.time + ms;
		await settle();
		for (;;) {
			const next = this.next();
			if (!next || next.at > end) break;
			this.sleepers.pop();
			this.time = Math.max(this.time, next.at);
			next.wake();
			await settle();
		}
		this.time = end;
	}

	/** Removes aborted sleepers; otherwise they would stay here until their time, which may never come. */
	private forgetGone(): void {
		if (++this.gone < 1_000 || this.gone < this.sleepers.length / 2) return;
		const left = this.sleepers.toArray().filter((sleeper) => !sleeper.gone);
		this.sleepers.clear();
		this.sleepers.addAll(left);
		this.gone = 0;
	}

	/** The next sleeper. Drops aborted ones. */
	private next(): Sleeper | undefined {
		while (this.sleepers.peek()?.gone) this.sleepers.pop();
		return this.sleepers.peek();
	}

	/** Advances the time by `ms` without waking a sleeper, as after a sleep of the machine. */
	jump(ms: number): void {
		this.time += ms;
	}

	/** Advances the time, at most by `maxMs`, until the work is done. Gives its result. */
	async until<T>(work: Promise<T>, maxMs = 3_600_000): Promise<T> {
		let done = false as boolean;
		const finish = () => {
			done = true;
		};
		work.then(finish, finish);
		await settle();
		const end = this.time + maxMs;
		while (!done) {
			const next = this.next();
			if (!next || next.at > end)
				throw new Error(
					`Nothing happens any more after ${this.time - end + maxMs} ms, and the work is not done`,
				);
			await this.advance(next.at - this.time);
		}
		return await work;
	}
}

/** A moment of a clock that began at 0. */
export const at = (ms: number) => ms as Moment;

/** Runs everything that is ready: all microtasks run before an immediate. */
export async function settle(): Promise<void> {
	await new Promise((resolve) => setImmediate(resolve));
}
