const mask = '***';

/** Shorter secrets would mask ordinary words. */
const shortestSecret = 4;

/** `text` with every secret masked, also in the forms of URLs and JSON. */
export function redact(text: string, secrets: readonly string[]): string {
	return variants(secrets).reduce((clean, secret) => clean.replaceAll(secret, mask), text);
}

function variants(secrets: readonly string[]): string[] {
	const usable = secrets.filter((secret) => secret.length >= shortestSecret);
	return [
		...new Set(
			usable.flatMap((secret) => [
				secret,
				encodeURIComponent(secret.toWellFormed()),
				JSON.stringify(secret).slice(1, -1),
			]),
		),
	].sort((a, b) => b.length - a.length);
}
