/** Names of fields whose values open something. */
const secretName = /(key|token|secret|password|credential)s?$/i;

/**
 * Outside JSON with such values struck out, however deep: what a server tells of its keys and tokens reaches no item.
 * Numbers (`total_tokens`) stay.
 */
export function withoutSecretFields(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutSecretFields);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, inner]) => [
			name,
			secretName.test(name) ? struck(inner) : withoutSecretFields(inner),
		]),
	);
}

/**
 * A text is struck out, and so is each in a list of texts; a list of objects (`keys: [{ id, key }]`) is looked into.
 */
function struck(value: unknown): unknown {
	if (typeof value === 'string') return value === '' ? '' : '***';
	if (Array.isArray(value)) return value.map(struck);
	return withoutSecretFields(value);
}
