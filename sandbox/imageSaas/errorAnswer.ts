/** Why a request is an error. Each dialect has its own status and code for it. */
export type ErrorKind =
	| 'unauthorized'
	| 'notFound'
	| 'unknownRoute'
	| 'invalid'
	| 'badJson'
	| 'tooLarge'
	| 'invalidState'
	| 'rateLimited'
	| 'internal';

/** Thrown by the routes. The error handler answers with the status and code of the dialect. */
export class RequestError extends Error {
	constructor(
		readonly kind: ErrorKind,
		message: string,
		/** Seconds until the same request is allowed, if known. */
		readonly retryAfterSeconds: number | null = null,
	) {
		super(message);
		this.name = 'Refusal';
	}
}

/** A status and either a JSON error code or an HTML page. */
export type ErrorAnswer = { status: number; code: string } | { status: number; html: true };

const DOCUMENT: Record<ErrorKind, ErrorAnswer> = {
	unauthorized: { status: 401, code: 'INVALID_API_KEY' },
	notFound: { status: 404, code: 'JOB_NOT_FOUND' },
	// The document's table has no code for a path that does not exist.
	unknownRoute: { status: 404, code: 'NOT_FOUND' },
	invalid: { status: 400, code: 'INVALID_REQUEST' },
	badJson: { status: 400, code: 'INVALID_REQUEST' },
	tooLarge: { status: 413, code: 'INVALID_REQUEST' },
	invalidState: { status: 400, code: 'INVALID_STATE' },
	rateLimited: { status: 429, code: 'RATE_LIMIT_EXCEEDED' },
	internal: { status: 500, code: 'UNKNOWN_ERROR' },
};

const REAL: Record<ErrorKind, ErrorAnswer> = {
	...DOCUMENT,
	unauthorized: { status: 401, code: 'UNAUTHORIZED' },
	notFound: { status: 404, code: 'NOT_FOUND' },
	unknownRoute: { status: 404, html: true },
	invalid: { status: 500, code: 'INTERNAL_ERROR' },
	badJson: { status: 400, html: true },
	tooLarge: { status: 413, html: true },
	internal: { status: 500, code: 'INTERNAL_ERROR' },
};

/** The dialect's answer to such a request. */
export function answerTo(kind: ErrorKind, dialect: 'document' | 'real'): ErrorAnswer {
	return (dialect === 'real' ? REAL : DOCUMENT)[kind];
}

/** The page that an Express server answers when its body parser or its router fails. */
export function errorPage(message: string): string {
	const text = message.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
	return (
		`<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta ` +
		`charset="utf-8">\n<title>Error</title>\n</head>\n<body>\n<pre>${text}</pre>\n</body>\n</html>\n`
	);
}
