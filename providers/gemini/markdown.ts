/** An image that a proxy wrote into the text as Markdown: as data or as an address. */
export interface MarkdownImage {
	mimeType: string | null;
	/** Base64; null if the image is an address. */
	data: string | null;
	url: string | null;
	/** Its place in the text; `end` is the index after it. */
	start: number;
	end: number;
}

const dataUrl = /data:(image\/[\w.+-]+);base64,([A-Za-z0-9+/=\s]+)\)/y;
const webAddress = /https?:\/\//y;
const endOfAddress = /[\s)]/g;

/**
 * The images `![…](…)` in a text, in time that grows with the text only. A pattern for the whole would search the rest
 * of the text again from every `![`.
 * @param most after how many to stop
 */
export function imagesInMarkdown(text: string, most = Number.POSITIVE_INFINITY): MarkdownImage[] {
	const found: MarkdownImage[] = [];
	let addressEnd = -1;
	for (let start = text.indexOf('!['); start >= 0 && found.length < most; ) {
		const close = text.indexOf(']', start + 2);
		if (close < 0) break;
		const from = close + 2;
		const hasTarget = text[close + 1] === '(';
		if (hasTarget && addressEnd < from) {
			endOfAddress.lastIndex = from;
			addressEnd = endOfAddress.exec(text)?.index ?? text.length;
		}
		const image = hasTarget ? (dataAt(text, from) ?? addressAt(text, from, addressEnd)) : undefined;
		if (image) found.push({ ...image, start });
		// Until here, every other `![` has the same end of its name.
		start = text.indexOf('![', image?.end ?? close + 1);
	}
	return found;
}

/** The text with another text in the place of each image. */
export function withoutMarkdownImages(text: string, instead: string): string {
	let kept = '';
	let from = 0;
	for (const { start, end } of imagesInMarkdown(text)) {
		kept += text.slice(from, start) + instead;
		from = end;
	}
	return kept + text.slice(from);
}

type Target = Omit<MarkdownImage, 'start'>;

function dataAt(text: string, at: number): Target | undefined {
	dataUrl.lastIndex = at;
	const [, mimeType, data] = dataUrl.exec(text) ?? [];
	if (mimeType === undefined || data === undefined) return undefined;
	return { mimeType, data, url: null, end: dataUrl.lastIndex };
}

/** @param end where the address ends */
function addressAt(text: string, at: number, end: number): Target | undefined {
	webAddress.lastIndex = at;
	if (!webAddress.test(text) || webAddress.lastIndex >= end || text[end] !== ')') return undefined;
	return { mimeType: null, data: null, url: text.slice(at, end), end: end + 1 };
}
