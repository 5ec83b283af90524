import { readFileSync } from 'node:fs';

/** A problem that the user can fix: shown without a stack. */
export class Problem extends Error {}

/** What the system's errors mean for the user, by code. The compiled scripts read the same file. */
const systemErrors = JSON.parse(readFileSync(new URL('../lib/systemErrors.json', import.meta.url), 'utf8'));

/** One sentence for an error that the user can fix; undefined for any other. */
export function asProblem(error) {
	if (error instanceof Problem) return error.message;
	const reason = systemErrors[error?.code];
	return reason && error.path ? `${error.path} ${reason}` : undefined;
}

const networkCodes = [
	'ENOTFOUND',
	'EAI_AGAIN',
	'ECONNREFUSED',
	'ECONNRESET',
	'ENETUNREACH',
	'EHOSTUNREACH',
	'ETIMEDOUT',
	'ERR_SOCKET_TIMEOUT',
	'FETCH_ERROR',
];
const unreachable = new RegExp(`\\b(${networkCodes.join('|')})\\b`);
const noCompiler = [
	/not found: make/i,
	/gyp ERR! find Python/i,
	/no acceptable C compiler/i,
	/not found: (g\+\+|cc|c\+\+)/i,
	/make: (g\+\+|cc|c\+\+): (Command not found|No such file)/i,
];

/** Turns the end of a failed command's log into one sentence that says what to fix. */
export function explain(title, log, logFile) {
	const seeLog = `The whole log is in ${logFile}.`;
	if (noCompiler.some((pattern) => pattern.test(log))) {
		return `${title}: a C++ toolchain is missing (on Debian: apt-get install g++ make python3). ${seeLog}`;
	}
	if (unreachable.test(log)) {
		const code = unreachable.exec(log)?.[0];
		return (
			`${title}: the npm registry could not be reached (${code}). ` +
			"Check the network and npm's registry and proxy settings, then run the command again. " +
			`What is already installed is kept. ${seeLog}`
		);
	}
	if (/\b(ENOSPC|no space left)\b/i.test(log)) return `${title}: the disk is full; about 4 GB are needed. ${seeLog}`;
	return `${title} failed. ${seeLog} What it says:\n\n${cause(log)}`;
}

/** The part of a log with the cause: npm writes it first and ends with its usage; other programs write it last. */
function cause(log) {
	const npmError = log.indexOf('npm error code');
	return npmError === -1 ? tail(log) : log.slice(npmError).split('\n').slice(0, 12).join('\n');
}

/** The last lines of a text. */
export function tail(text, lines = 20) {
	return text.trimEnd().split('\n').slice(-lines).join('\n');
}
