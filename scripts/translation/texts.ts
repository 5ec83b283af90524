import { createHash } from 'node:crypto';

/** The translation of one text, and the hash of the English text that it was made from. */
export interface Translation {
	/** 8 hexadecimal digits, from `hashOf`. */
	hash: string;
	/** For an expression: lines `English part => translated part`. */
	text: string;
}

/** The heading of a text in the file of translations: which text it is, and the hash of the English text. */
const heading = /^<!-- (.+) \| ([0-9a-f]{8}) -->$/gm;

/** The heading above the translation of a text. */
export function headingOf(key: string, english: string): string {
	return `<!-- ${key} | ${hashOf(english)} -->`;
}

/** Identifies an English text, so that a change of it is noticed. */
export function hashOf(english: string): string {
	return createHash('sha256').update(english).digest('hex').slice(0, 8);
}

/**
 * Reads a file of translations: a heading for each text, and below it the translation in Markdown.
 * @throws if a text has two translations
 */
export function parseTexts(markdown: string): Map<string, Translation> {
	const texts = new Map<string, Translation>();
	const headings = [...markdown.matchAll(heading)];
	for (const [position, found] of headings.entries()) {
		const [whole, key = '', hash = ''] = found;
		if (texts.has(key)) throw new Error(`"${key}" is translated twice`);
		const text = markdown.slice(found.index + whole.length, headings[position + 1]?.index).trim();
		texts.set(key, { hash, text });
	}
	return texts;
}
