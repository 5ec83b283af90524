/** Values in one answer: more than a page of 50 jobs with 100 images each. */
export const maxValues = 100_000;
/** Lists and objects inside each other. */
export const maxDepth = 64;
/** Characters that are looked at: those outside of strings, and escaped ones. An 8K image as base64 has none. */
const maxSteps = 4_000_000;

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Why a JSON text must not be parsed: too many values, or too deep; undefined if it is within the limits, also if it is
 * no list or object. A small text can become gigabytes of objects, so it is checked before it is parsed.
 */
export function jsonProblem(text: string): string | undefined {
	if (!/^\s*[[{]/.test(text)) return undefined;
	let values = 1;
	let depth = 0;
	let steps = 0;
	for (let at = 0; at < text.length; at++) {
		switch (text.charCodeAt(at)) {
			case quote: {
				const { end, looked } = endOfString(text, at, maxSteps - steps);
				steps += looked;
				at = end;
				break;
			}
			case openBracket:
			case openBrace:
				values++;
				if (++depth > maxDepth) return `is nested deeper than ${maxDepth} levels`;
				break;
			case closeBracket:
			case closeBrace:
				depth--;
				break;
			case comma:
				values++;
		}
		if (values > maxValues) return `has more than ${maxValues} values`;
		if (++steps > maxSteps) return `has more than ${maxSteps} characters outside of texts`;
	}
	return undefined;
}

/**
 * Index of the quote that ends the string which begins at `start`; the end of the text if there is none. Ends early
 * when more than `most` characters were looked at.
 */
function endOfString(text: string, start: number, most: number): { end: number; looked: number } {
	let looked = 0;
	for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
		let first = end;
		while (looked <= most && first > start + 1 && text.charCodeAt(first - 1) === backslash) {
			first--;
			looked++;
		}
		if ((end - first) % 2 === 0 || ++looked > most) return { end, looked };
	}
	return { end: text.length, looked };
}
