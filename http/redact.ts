const mask = '***';

/** Shorter ones would blank out ordinary words. */
const shortestSecret = 4;

/** `text` with every secret, and its URL-encoded form, struck out. */
export function redact(text: string, secrets: readonly string[]): string {
	return variants(secrets).reduce((clean, secret) => clean.replaceAll(secret, mask), text);
}

/** A copy of plain JSON with every secret struck out of its strings and its keys. */
export function redactDeep(value: unknown, secrets: readonly string[]): unknown {
	if (typeof value === 'string') return redact(value, secrets);
	if (Array.isArray(value)) return value.map((entry) => redactDeep(entry, secrets));
	if (value !== null && typeof value === 'object') {
		return Object.fromEntries(Object.entries(value).map(([key, entry]) => [redact(key, secrets), redactDeep(entry, secrets)]));
	}
	return value;
}

function variants(secrets: readonly string[]): string[] {
	const usable = secrets.filter((secret) => secret.length >= shortestSecret);
	return [...new Set(usable.flatMap((secret) => [secret, encodeURIComponent(secret)]))].sort((a, b) => b.length - a.length);
}
