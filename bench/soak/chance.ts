/** Random choices that are the same for the same seed (mulberry32). */
export class Chance {
	private state: number;

	constructor(seed: number) {
		this.state = seed >>> 0;
	}

	/** A number from 0 to 1, without 1. */
	share(): number {
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	}

	/** A number in a range. */
	between(low: number, high: number): number {
		return low + this.share() * (high - low);
	}

	/** @throws if the list is empty */
	of<T>(list: readonly T[]): T {
		const chosen = list[Math.floor(this.share() * list.length)];
		if (chosen === undefined) throw new Error('There is nothing to choose from');
		return chosen;
	}
}
