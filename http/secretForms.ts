import { writtenForms } from './writtenForms';

/** Shorter secrets are not searched in other letter case, base64, hex and bytes: these forms stand in any picture. */
const shortestKey = 8;
/** Longer secrets are searched in pieces, because the work to make a pattern grows with its length. */
const longestPattern = 256;

export interface SecretForm {
	/** `text`: plain, or its characters in escapes of JSON, URLs or HTML. `bytes`: a Buffer written as JSON. */
	name: 'text' | 'base64' | 'hex' | 'bytes';
	/** The source of a regular expression. */
	pattern: string;
}

/** A piece of a secret, in every form in which it is searched. */
export interface SecretPiece {
	forms: readonly SecretForm[];
	/** Whether its letters count in lower and upper case. */
	ignoresCase: boolean;
}

/**
 * The one list of forms in which a secret is looked for. The mask in texts of servers uses it, and so does the search
 * of the tests. A long secret has several pieces.
 */
export function secretPieces(secret: string): SecretPiece[] {
	return cut(secret).map((piece): SecretPiece => {
		const text = { name: 'text', pattern: writtenForms(piece) } as const;
		if (piece.length < shortestKey) return { forms: [text], ignoresCase: false };
		const bytes = Buffer.from(piece);
		return {
			forms: [
				text,
				...base64Forms(bytes).map((pattern) => ({ name: 'base64', pattern }) as const),
				{ name: 'hex', pattern: bytes.toString('hex') },
				{ name: 'bytes', pattern: `(?<!\\d)${[...bytes].join(',\\s{0,40}')}(?!\\d)` },
			],
			ignoresCase: true,
		};
	});
}

function cut(secret: string): string[] {
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
function base64Forms(secret: Buffer): string[] {
	return [0, 1, 2].map((before) => {
		const bytes = Buffer.concat([Buffer.alloc(before), secret]);
		const core = bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
		const last = (bytes.length * 8) % 6 === 0 ? '' : '[\\w+/-]?';
		return (
			core.replace(/[^+/]+|[+/]/g, (part) =>
				part === '+' ? `(?:${writtenForms('+')}|-)` : part === '/' ? `(?:${writtenForms('/')}|_)` : part,
			) + last
		);
	});
}
