/**
 * Jobs whose execution has ended while one of their requests is still under way: after a Stop the pack awaits its end.
 * Another run may take them over once their outcome is in the journal; until then no run may make them again.
 */
export class LeftBehind {
	private readonly counts = new Map<string, number>();

	/** @returns a function to call once their results are in the journal */
	add(refs: readonly string[]): () => void {
		for (const ref of refs) this.counts.set(ref, (this.counts.get(ref) ?? 0) + 1);
		return () => {
			for (const ref of refs) {
				const left = (this.counts.get(ref) ?? 1) - 1;
				if (left > 0) this.counts.set(ref, left);
				else this.counts.delete(ref);
			}
		};
	}

	has(ref: string): boolean {
		return this.counts.has(ref);
	}
}
