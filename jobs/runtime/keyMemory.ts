import { outcomeOf } from '../../model/errors';
import { abortable, type Clock } from './clock';
import { retryDefaults } from './retry';

/** How long a key is remembered after its work succeeded, in ms: longer than any retry of the same item comes after. */
const keptMs = 10 * 60_000;

/** Sees to it that the work of one key is done once, whoever asks for it and however often. */
export class KeyMemory<T> {
	/** Oldest first, as a Map keeps them. */
	private readonly entries = new Map<string, { work: Promise<T>; until: number }>();

	constructor(private readonly clock: Clock) {}

	/** What the key's work gives, which is begun where nobody has; one that failed is forgotten at once. */
	async once(key: string, signal: AbortSignal | undefined, begin: () => Promise<T>): Promise<T> {
		const known = this.entries.get(key);
		if (known && known.until > this.clock.now()) {
			const joined = await outcomeOf(abortable(known.work, signal));
			if (joined.ok) return joined.value;
			if (joined.error.code !== 'canceled' || signal?.aborted) throw joined.error;
			// Whoever began it was stopped, perhaps between two attempts; we were not.
			await this.clock.sleep(retryDefaults.baseMs, signal);
			return await this.once(key, signal, begin);
		}
		const work = begin();
		this.remember(key, work);
		return await abortable(work, signal);
	}

	private remember(key: string, work: Promise<T>): void {
		const entry = { work, until: Number.POSITIVE_INFINITY };
		for (const [oldest, { until }] of this.entries) {
			if (until > this.clock.now()) break;
			this.entries.delete(oldest);
		}
		this.entries.set(key, entry);
		work.then(
			() => {
				entry.until = this.clock.now() + keptMs;
			},
			() => this.entries.delete(key),
		);
	}
}
