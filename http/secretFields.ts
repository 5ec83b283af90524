/** Names of fields whose values are secrets. */
const secretName = /((key|token|secret|passw(or)?d|credential|cookie)s?|authorization)$/i;

/**
 * JSON from outside with such values masked at any depth, so that keys and tokens in an answer reach no item. Numbers
 * (`total_tokens`) stay.
 */
export function withoutSecretFields(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutSecretFields);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, inner]) => [
			name,
			secretName.test(name) ? masked(inner) : withoutSecretFields(inner),
		]),
	);
}

/**
 * A text is masked, and so is each text of a list. Of a list of objects (`keys: [{ id, key }]`) the fields are checked.
 */
function masked(value: unknown): unknown {
	if (typeof value === 'string') return value === '' ? '' : '***';
	if (Array.isArray(value)) return value.map(masked);
	return withoutSecretFields(value);
}
