/** Draws numbers from 0 (included) to 1 (excluded). */
export type Draw = () => number;

/** A small seeded generator (mulberry32). The same seed gives the same run, so a failing test can be repeated. */
export function seededDraw(seed: number): Draw {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

/** A 32-bit hash of a text (FNV-1a), used to make seeds from prompts and names. */
export function hashText(text: string): number {
	let hash = 0x811c9dc5;
	for (let index = 0; index < text.length; index++) {
		hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
	}
	return hash;
}
