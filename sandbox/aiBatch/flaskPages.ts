import { ErrorAnswer } from '../shared/baseStandIn';

/** Flask's own page for a path that the server does not have (404), or not with this method (405). */
export function notOffered(status: 404 | 405): ErrorAnswer {
	const title = status === 404 ? '404 Not Found' : '405 Method Not Allowed';
	return new ErrorAnswer(
		status,
		`<!doctype html>\n<html lang=en>\n<title>${title}</title>\n<h1>${title.slice(4)}</h1>\n`,
	);
}
