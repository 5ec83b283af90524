import type { Json } from './memory.ts';
import type { LearnedEntry } from './store.ts';

/** How often learned values are written at most, in ms. */
const writeEveryMs = 1000;

/** Gathers learned values, so that many small changes make one write a second. */
export class LearnedWrites {
	readonly #save: (entries: LearnedEntry[]) => Promise<void>;
	#waiting = new Map<string, LearnedEntry>();
	/** Given to the store, and not answered yet. */
	#underWay = new Map<string, LearnedEntry>();
	#timer: NodeJS.Timeout | null = null;
	#saving: Promise<void> = Promise.resolve();

	/** @param save writes entries; what it rejects with is dropped, since nothing depends on these values */
	constructor(save: (entries: LearnedEntry[]) => Promise<void>) {
		this.#save = save;
	}

	add(scope: string, values: Readonly<Record<string, Json>>): void {
		for (const [name, value] of Object.entries(values))
			this.#waiting.set(JSON.stringify([scope, name]), { scope, name, value });
		// The process does not stay alive for these values.
		this.#timer ??= setTimeout(() => void this.flush(), writeEveryMs).unref();
	}

	/** What was added to a scope and may not be in the store yet. */
	unsaved(scope: string): Record<string, Json> {
		const entries = [...this.#underWay.values(), ...this.#waiting.values()].filter(
			(entry) => entry.scope === scope,
		);
		return Object.fromEntries(entries.map(({ name, value }) => [name, value]));
	}

	/** Resolves when all that was added is written. */
	flush(): Promise<void> {
		if (this.#timer) clearTimeout(this.#timer);
		this.#timer = null;
		this.#saving = this.#saving.then(() => this.#saveWaiting());
		return this.#saving;
	}

	async #saveWaiting(): Promise<void> {
		if (this.#waiting.size === 0) return;
		this.#underWay = this.#waiting;
		this.#waiting = new Map();
		await this.#save([...this.#underWay.values()]).catch(() => undefined);
		this.#underWay = new Map();
	}
}
