/** Limits of `raw` in an item: n8n copies and saves each item several times. */
const maxDepth = 32;
const maxValues = 20_000;
/** Characters of all texts together. */
const maxText = 2_000_000;

/**
 * The provider's answer for an item, as it is, except where it is beyond the limits: there a text says what is left
 * out. A deep or large answer would keep n8n from its other work, and an execution with it could not be saved.
 */
export function rawForItem(answer: unknown): unknown {
	let values = 0;
	let text = 0;

	function copy(value: unknown, depth: number): unknown {
		if (typeof value === 'string') return copyOfText(value);
		if (typeof value !== 'object' || value === null) return value;
		if (depth > maxDepth) return `(left out: deeper than ${maxDepth} levels)`;
		return Array.isArray(value) ? copyOfList(value, depth) : copyOfObject(value, depth);
	}

	function copyOfText(value: string): string {
		const kept = value.slice(0, Math.max(0, maxText - text));
		text += kept.length;
		return kept.length === value.length ? value : `${kept}(left out: ${value.length - kept.length} characters)`;
	}

	function copyOfList(list: readonly unknown[], depth: number): unknown[] {
		const copied: unknown[] = [];
		for (const value of list) {
			if (values >= maxValues) return [...copied, `(left out: ${list.length - copied.length} values)`];
			values++;
			copied.push(copy(value, depth + 1));
		}
		return copied;
	}

	function copyOfObject(object: object, depth: number): object {
		const entries = Object.entries(object);
		const copied: Array<[string, unknown]> = [];
		for (const [name, value] of entries) {
			if (values >= maxValues) {
				copied.push(['(left out)', `${entries.length - copied.length} fields`]);
				break;
			}
			values++;
			copied.push([copyOfText(name), copy(value, depth + 1)]);
		}
		return Object.fromEntries(copied);
	}

	return copy(answer, 1);
}
