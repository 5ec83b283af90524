/** Keeps the most recently used values, up to a maximum number. */
export class Lru<Value> {
	private readonly values = new Map<string, Value>();

	constructor(private readonly limit: number) {}

	/** The value of the key. Makes it if it is missing. */
	get(key: string, make: () => Value): Value {
		const value = this.values.get(key) ?? make();
		this.values.delete(key);
		this.values.set(key, value);
		for (const oldest of this.values.keys()) {
			if (this.values.size <= this.limit) break;
			this.values.delete(oldest);
		}
		return value;
	}

	delete(key: string): void {
		this.values.delete(key);
	}

	clear(): void {
		this.values.clear();
	}
}
