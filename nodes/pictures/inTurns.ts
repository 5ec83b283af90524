import { takeBreak } from '../../http/breaks';

/**
 * The results in the order of the entries, with at most `atOnce` at work. An answer may have any number of images, and
 * those that fail at once must not keep n8n from its other work. Rejects with the first failure; then no further entry
 * is begun.
 */
export async function inTurns<T, R>(
	entries: readonly T[],
	atOnce: number,
	work: (entry: T) => Promise<R>,
): Promise<R[]> {
	const results: R[] = [];
	const left = entries.entries();
	let hasFailed = false;

	async function worker(): Promise<void> {
		for (const [position, entry] of left) {
			if (hasFailed) return;
			results[position] = await work(entry);
			await takeBreak();
		}
	}

	const workers = Array.from({ length: Math.min(atOnce, entries.length) }, () =>
		worker().catch((thrown: unknown) => {
			hasFailed = true;
			throw thrown;
		}),
	);
	await Promise.all(workers);
	return results;
}
