/** A text inside a value, and where it stands: `.error.cause.message`. */
export interface FoundText {
	path: string;
	text: string;
}

/**
 * Every text in a value: of objects, lists, maps, sets, bytes, errors with their causes, and the names of fields. A
 * list of numbers is one text. What can be reached in several ways is read once.
 */
export function* textsOf(value: unknown): Generator<FoundText> {
	const seen = new Set<unknown>();
	const open: Array<{ path: string; value: unknown }> = [{ path: '', value }];
	for (let next = open.pop(); next; next = open.pop()) {
		const { path, value: inner } = next;
		if (typeof inner === 'string') yield { path, text: inner };
		if (typeof inner !== 'object' || inner === null || seen.has(inner)) continue;
		seen.add(inner);
		if (inner instanceof Uint8Array) {
			yield { path, text: Buffer.from(inner.buffer, inner.byteOffset, inner.byteLength).toString('latin1') };
			continue;
		}
		if (Array.isArray(inner) || inner instanceof Map || inner instanceof Set) {
			const entries: unknown[] = [...inner];
			if (typeof entries[0] === 'number') yield { path, text: entries.join(',') };
			for (const [at, entry] of entries.entries()) open.push({ path: `${path}[${at}]`, value: entry });
			continue;
		}
		for (const name of Object.getOwnPropertyNames(inner)) {
			yield { path: `${path} (name of a field)`, text: name };
			open.push({ path: `${path}.${name.slice(0, 40)}`, value: Reflect.get(inner, name) as unknown });
		}
	}
}
