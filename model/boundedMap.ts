/** How many entries a map keeps, and which of them must not be removed. */
export interface MapBounds<V> {
	/** Entries kept. Values in use may exceed it: their number is bounded by the work under way. */
	max: number;
	/** Whether work under way needs the value, so that it must stay; by default never. */
	isInUse?: (value: V) => boolean;
	/** Called with each value that is removed for want of room. */
	onEvict?: (value: V) => void;
}

/**
 * A map for keys that come from outside, of which there may be any number: when it is full, the entries that were used
 * least recently are removed. Every map that outlives an execution and whose keys are not the pack's own is one.
 */
export class BoundedMap<V> {
	/** Least recently used first, as a Map keeps them. */
	readonly #entries = new Map<string, V>();
	readonly #bounds: MapBounds<V>;

	constructor(bounds: MapBounds<V>) {
		this.#bounds = bounds;
	}

	get size(): number {
		return this.#entries.size;
	}

	/** The value, which then counts as used. */
	get(key: string): V | undefined {
		const value = this.#entries.get(key);
		if (value === undefined) return undefined;
		this.#entries.delete(key);
		this.#entries.set(key, value);
		return value;
	}

	/** Whether there is a value; it does not count as used. */
	has(key: string): boolean {
		return this.#entries.has(key);
	}

	/** The value, made now if there is none. */
	getOrMake(key: string, make: () => V): V {
		const known = this.get(key);
		if (known !== undefined) return known;
		const made = make();
		this.set(key, made);
		return made;
	}

	/** Keeps a value as the one used last, and makes room for it. */
	set(key: string, value: V): void {
		this.#entries.delete(key);
		this.#entries.set(key, value);
		if (this.#entries.size > this.#bounds.max) this.#makeRoom(key);
	}

	delete(key: string): boolean {
		return this.#entries.delete(key);
	}

	/** All entries, the least recently used first. They may be removed meanwhile. */
	[Symbol.iterator](): MapIterator<[string, V]> {
		return this.#entries[Symbol.iterator]();
	}

	/** @param newest the key of the entry for which room is made */
	#makeRoom(newest: string): void {
		const { max, isInUse = () => false, onEvict = () => undefined } = this.#bounds;
		for (const [key, value] of this.#entries) {
			if (this.#entries.size <= max) return;
			if (key === newest || isInUse(value)) continue;
			this.#entries.delete(key);
			onEvict(value);
		}
	}
}
