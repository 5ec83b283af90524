/** Names of characters in HTML, for those that keys and texts contain. */
const entityNames: Readonly<Record<string, string>> = {
	'!': 'excl',
	'"': 'quot|QUOT',
	'#': 'num',
	$: 'dollar',
	'%': 'percnt',
	'&': 'amp|AMP',
	"'": 'apos',
	'(': 'lpar',
	')': 'rpar',
	'*': 'ast|midast',
	'+': 'plus',
	',': 'comma',
	'.': 'period',
	'/': 'sol',
	':': 'colon',
	';': 'semi',
	'<': 'lt|LT',
	'=': 'equals',
	'>': 'gt|GT',
	'?': 'quest',
	'@': 'commat',
	'[': 'lsqb|lbrack',
	'\\': 'bsol',
	']': 'rsqb|rbrack',
	'^': 'Hat',
	_: 'lowbar|UnderBar',
	'`': 'grave|DiacriticalGrave',
	'{': 'lcub|lbrace',
	'|': 'vert|verbar|VerticalLine',
	'}': 'rcub|rbrace',
	'\t': 'Tab',
	'\n': 'NewLine',
	'\u00a0': 'nbsp|NonBreakingSpace',
};

/** Characters that have a letter of their own in JSON. */
const jsonLetters: Readonly<Record<string, string>> = { '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't' };

/**
 * A pattern that matches `text` where each of its characters is plain or in any escape of JSON, URLs or HTML, also if
 * it was escaped several times. Every repetition in it is bounded, so its work grows with the searched text only.
 */
export function writtenForms(text: string): string {
	// A run of backslashes is one unit: a repetition for each of them could share out the run in very many ways.
	return (text.match(/\\+|[^\\]/gsu) ?? [])
		.map((unit) => (unit.startsWith('\\') ? backslashes(unit.length) : character(unit)))
		.join('');
}

/** Each time that JSON is escaped, a backslash becomes two. */
function backslashes(count: number): string {
	const escaped = escapes('\\');
	return `(?:(?:${escaped}){${count}}|\\\\{${count},${8 * count}}|(?:${escaped}|\\\\){${count}})`;
}

function character(plain: string): string {
	// The escapes first, because some of them begin with the character itself (`%25`, `&amp;`).
	return `(?:${escapes(plain)}|${literal(plain)})`;
}

function escapes(plain: string): string {
	const number = plain.codePointAt(0) ?? 0;
	const units = Array.from({ length: plain.length }, (_, at) => plain.charCodeAt(at));
	const unicode = units.map((unit) => `u${hex(unit, 4)}`).join(`\\\\{1,7}`);
	const letter = jsonLetters[plain] ?? (/^[^\w\\]$/u.test(plain) ? literal(plain) : null);
	const json = [unicode, ...(number < 256 ? [`x${hex(number, 2)}`] : []), ...(letter === null ? [] : [letter])];
	const url = [...Buffer.from(plain.toWellFormed())].map((byte) => `%(?:25){0,3}${hex(byte, 2)}`).join('');
	const names = Object.hasOwn(entityNames, plain) ? [`(?:${entityNames[plain]});?`] : [];
	const entity = [`#0{0,6}${number};?`, `#[xX]0{0,6}${hex(number, 1)};?`, ...names].join('|');
	return [
		// In a longer run of backslashes only its end can be an escape. A look at eight is cheaper than seven attempts.
		`(?!\\\\{8})\\\\{1,7}(?:${json.join('|')})`,
		url,
		...(plain === ' ' ? ['\\+'] : []),
		`&(?:amp;){0,3}(?:${entity})`,
	].join('|');
}

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** A number in hexadecimal, with its letters in both cases. */
function hex(number: number, width: number): string {
	return number
		.toString(16)
		.padStart(width, '0')
		.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}
