const each = (form: (character: string) => string) => (secret: string) => Array.from(secret, form).join('');
const hex = (character: string, width: number) => character.charCodeAt(0).toString(16).padStart(width, '0');
const base64 =
	(before: string, encoding: 'base64' | 'base64url' = 'base64') =>
	(secret: string) =>
		Buffer.from(`${before}${secret} after`).toString(encoding);

/** The ways in which a server may write a secret into an answer, and the form as which `SecretScan` reports it. */
export const secretShapes: ReadonlyArray<readonly [form: string, name: string, write: (secret: string) => string]> = [
	['plain', 'as it is', (secret) => secret],
	['other letter case', 'in upper case', (secret) => secret.toUpperCase()],
	['other letter case', 'in lower case', (secret) => secret.toLowerCase()],
	['JSON escapes', 'with escaped slashes', (secret) => secret.replaceAll('/', '\\/')],
	['JSON escapes', 'as code units', each((character) => `\\u${hex(character, 4)}`)],
	['JSON escapes', 'as JSON in JSON', (secret) => JSON.stringify(secret.replaceAll('/', '\\/')).slice(1, -1)],
	['URL escapes', 'in a URL', encodeURIComponent],
	['URL escapes', 'in a URL in a URL', (secret) => encodeURIComponent(encodeURIComponent(secret))],
	['URL escapes', 'as bytes of a URL', each((character) => `%${hex(character, 2)}`)],
	['HTML entities', 'in HTML', each((character) => `&#${character.charCodeAt(0)};`)],
	['base64', 'in base64', base64('')],
	['base64', 'in base64 after one byte', base64('1')],
	['base64', 'in base64 after two bytes', base64('12')],
	['base64', 'in base64 of a URL', base64('1', 'base64url')],
	['hex', 'in hex', (secret) => Buffer.from(secret).toString('hex')],
	['hex', 'in hex of upper case', (secret) => Buffer.from(secret).toString('hex').toUpperCase()],
	['bytes', 'as a list of bytes', (secret) => JSON.stringify([...Buffer.from(secret)])],
];
