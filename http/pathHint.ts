import { redact } from './redact';

/** Where a request went whose base URL has a path. Such a path is easily one too many: `/v1`, `/api`, `/images`. */
export interface AskedPath {
	/** Without a query, with secrets masked. */
	url: string;
	/** The path in the base URL. */
	basePath: string;
}

/** Undefined if the base URL has no path: then its path cannot be wrong. */
export function askedPath(baseUrl: string, path: string, secrets: readonly string[]): AskedPath | undefined {
	const basePath = new URL(baseUrl).pathname.replace(/\/+$/, '');
	if (basePath === '') return undefined;
	return { url: redact(baseUrl + path.replace(/[?#].*$/s, ''), secrets), basePath: redact(basePath, secrets) };
}

interface Answer {
	status: number;
	asked?: AskedPath | undefined;
}

/**
 * The hint for an answer. If it says that a path or an ID does not exist (404, 405) and the base URL has a path, it
 * begins with the address that was asked.
 */
export function withPathHint(hint: string | null, { status, asked }: Answer): string | null {
	if (!asked || (status !== 404 && status !== 405)) return hint;
	const where =
		`The request went to ${asked.url}; ` + `if "${asked.basePath}" is too much in it, remove it from the base URL`;
	return hint === null ? where : `${where}. ${hint}`;
}
