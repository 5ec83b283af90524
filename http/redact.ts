import { secretPieces } from './secretForms';

const mask = '***';

/** Shorter secrets would mask ordinary words. */
const shortestSecret = 4;

/** The patterns of a credential's secrets. They are used for each event of a stream, so they are made once. */
const patternsOf = new WeakMap<readonly string[], RegExp[]>();

/**
 * `text` with every secret masked, in each form in which a server may send it back: plain, in the escapes of JSON, URLs
 * and HTML (each character may have another one), in base64 also inside a longer text, in hex, as a list of bytes, and
 * in upper or lower case. All texts from outside pass here before they are parsed. So the mask is also in what is made
 * of them: items, errors, hints and logs.
 */
export function redact(text: string, secrets: readonly string[]): string {
	let patterns = patternsOf.get(secrets);
	if (!patterns) patternsOf.set(secrets, (patterns = makePatterns(secrets)));
	return patterns.reduce((clean, pattern) => clean.replace(pattern, masked), text);
}

/** A number instead of a list of bytes, so that JSON stays JSON. */
const masked = (found: string) => (/^\d+,\s*\d/.test(found) ? '0' : mask);

/** The longest secret first, so that no rest of it stays where it contains another one. */
function makePatterns(secrets: readonly string[]): RegExp[] {
	const usable = [...new Set(secrets)].filter((secret) => secret.length >= shortestSecret);
	return usable
		.sort((a, b) => b.length - a.length)
		.flatMap(secretPieces)
		.map(
			({ forms, ignoresCase }) =>
				new RegExp(forms.map(({ pattern }) => pattern).join('|'), ignoresCase ? 'gi' : 'g'),
		);
}
