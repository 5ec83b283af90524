import type { Json, Memory } from '../../memory/memory';

/** The learned values of one endpoint, if they are saved. */
export interface ScopedLearned {
	/** All values by name. No request waits for them. */
	read(): Promise<Readonly<Record<string, Json>>>;
	/** Saves values. The last writer of a name wins. */
	write(values: Readonly<Record<string, Json>>): void;
	/**
	 * Keyed hash of a text that a user may have written, for use in a name. Called only after `read` has given its
	 * values.
	 */
	digest(text: string): string;
}

/**
 * The values of one endpoint in a memory.
 * @param identity of the endpoint, which stays the same when it is renamed
 */
export function learnedOf(memory: Pick<Memory, 'learned' | 'digest'>, identity: string): ScopedLearned {
	const scope = `endpoint ${memory.digest('endpoint', identity)}`;
	return {
		read: () => memory.learned.read(scope),
		write: (values) => memory.learned.write(scope, values),
		digest: (text) => memory.digest('learned', text),
	};
}

/** Called with all values and a keyed hash for names. */
type Reader = (values: Readonly<Record<string, Json>>, digest: (text: string) => string) => void;

/**
 * The learned values of an endpoint: read once, in the background, and written when they change. Each part merges what
 * was read before it writes, so that a process that knows less does not overwrite it.
 */
export class LearnedValues {
	private values: Readonly<Record<string, Json>> | null = null;
	/** Callbacks that wait for the values. */
	private readonly readers: Reader[] = [];
	/** Values that changed before the saved ones were read, by name. */
	private readonly changed = new Map<string, () => Json>();

	/** @param learned undefined: nothing is saved */
	constructor(private readonly learned?: ScopedLearned) {
		// Nothing depends on these values: if they cannot be read, they are learned again.
		void learned?.read().then(
			(values) => this.take(values),
			() => undefined,
		);
	}

	/** Calls back with the values as soon as they were read: at once, later or never. */
	whenRead(reader: Reader): void {
		if (this.values && this.learned) reader(this.values, (text) => this.learned?.digest(text) ?? text);
		else if (this.learned) this.readers.push(reader);
	}

	/** A value has changed. @param value gives it; called now or as soon as the earlier values were read */
	change(name: string, value: () => Json): void {
		if (!this.learned) return;
		if (this.values) this.learned.write({ [name]: value() });
		else this.changed.set(name, value);
	}

	private take(values: Readonly<Record<string, Json>>): void {
		this.values = values;
		for (const reader of this.readers.splice(0)) this.whenRead(reader);
		for (const [name, value] of this.changed) this.change(name, value);
		this.changed.clear();
	}
}
