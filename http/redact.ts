import { writtenForms } from './writtenForms';

const mask = '***';

/** Shorter secrets would mask ordinary words. */
const shortestSecret = 4;
/** Shorter secrets are not searched in lower and upper case and in base64, because these forms stand in any picture. */
const shortestKey = 8;
/** Longer secrets are searched in pieces, because the work to make a pattern grows with its length. */
const longestPattern = 256;

/** The patterns of a credential's secrets. They are used for each event of a stream, so they are made once. */
const patternsOf = new WeakMap<readonly string[], RegExp[]>();

/**
 * `text` with every secret masked, in each form in which a server may send it back: plain, in the escapes of JSON, URLs
 * and HTML (each character may have another one), in base64 also inside a longer text, and in upper or lower case.
 * All texts from outside pass here before they are parsed. So the mask is also in what is made of them: items, errors,
 * hints and logs.
 */
export function redact(text: string, secrets: readonly string[]): string {
	let patterns = patternsOf.get(secrets);
	if (!patterns) patternsOf.set(secrets, (patterns = makePatterns(secrets)));
	return patterns.reduce((clean, pattern) => clean.replace(pattern, mask), text);
}

/** The longest secret first, so that no rest of it stays where it contains another one. */
function makePatterns(secrets: readonly string[]): RegExp[] {
	const usable = [...new Set(secrets)].filter((secret) => secret.length >= shortestSecret);
	return usable
		.sort((a, b) => b.length - a.length)
		.flatMap(piecesOf)
		.map((piece) =>
			piece.length < shortestKey
				? new RegExp(writtenForms(piece), 'g')
				: new RegExp([writtenForms(piece), ...base64Forms(piece)].join('|'), 'gi'),
		);
}

function piecesOf(secret: string): string[] {
	const characters = Array.from(secret);
	const size = Math.ceil(characters.length / Math.ceil(characters.length / longestPattern));
	return Array.from({ length: Math.ceil(characters.length / size) }, (_, piece) =>
		characters.slice(piece * size, (piece + 1) * size).join(''),
	);
}

/**
 * The secret in base64 inside a longer text: what of it does not depend on the text around it, for each of the three
 * places at which it may begin. Before this part, there are at most four bits of the first character.
 */
function base64Forms(secret: string): string[] {
	return [0, 1, 2].map((before) => {
		const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
		const core = bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
		const last = (bytes.length * 8) % 6 === 0 ? '' : '[\\w+/-]?';
		return (
			core.replace(/[^+/]+|[+/]/g, (part) =>
				part === '+' ? `(?:${writtenForms('+')}|-)` : part === '/' ? `(?:${writtenForms('/')}|_)` : part,
			) + last
		);
	});
}
