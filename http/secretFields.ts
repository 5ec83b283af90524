/** Names of fields whose values are secrets. */
const secretName = /((key|token|secret|passw(or)?d|credential|cookie)s?|authorization)$/i;

/**
 * JSON from outside with such values masked at any depth, so that keys and tokens in an answer reach no item. Numbers
 * (`total_tokens`) stay. Of such a field, a text is masked, and so is each text of a list. Of a list of objects
 * (`keys: [{ id, key }]`) the fields are checked.
 */
export function withoutSecretFields(value: unknown): unknown {
	// Not recursive, because the answer decides how deep it is.
	const open: Array<{ from: object; to: object; isSecret: boolean }> = [];
	const copyOf = (inner: unknown, isSecret: boolean): unknown => {
		if (typeof inner === 'string') return isSecret && inner !== '' ? '***' : inner;
		if (typeof inner !== 'object' || inner === null) return inner;
		const to = Array.isArray(inner) ? [] : {};
		open.push({ from: inner, to, isSecret });
		return to;
	};
	const copy = copyOf(value, false);
	for (let next = open.pop(); next; next = open.pop()) {
		const { from, to, isSecret } = next;
		const isList = Array.isArray(from);
		// Not an assignment, which would change the prototype for the name `__proto__`.
		for (const [name, inner] of Object.entries(from))
			Object.defineProperty(to, name, {
				value: copyOf(inner, isList ? isSecret : secretName.test(name)),
				enumerable: true,
				writable: true,
				configurable: true,
			});
	}
	return copy;
}
