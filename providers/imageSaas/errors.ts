import type { ApiAnswer } from '../../http/apiClient';
import { codeOfStatus, hintOfStatus } from '../../http/httpStatus';
import { excerpt, parseJson } from '../../http/json';
import { withPathHint } from '../../http/pathHint';
import { parseRetryAfter } from '../../http/retryAfter';
import { type ErrorCode, ImageError, type JobError, jobError } from '../../model/errors';
import { isPlainlyNotAccepted } from '../notAccepted';
import type { Answered } from '../provider';
import { errorAnswer } from './wire';

interface Meaning {
	code: ErrorCode;
	hint?: string;
}

const checkKey = 'Check the API key in the Image SaaS credential';

/**
 * The document's table of codes, and those the real server sends instead (REALITY: `UNAUTHORIZED`, `NOT_FOUND`,
 * `INTERNAL_ERROR`, `TENANT_*`).
 */
const meanings: Record<string, Meaning> = {
	INVALID_REQUEST: { code: 'invalidRequest' },
	INVALID_API_KEY: { code: 'auth', hint: checkKey },
	UNAUTHORIZED: { code: 'auth', hint: checkKey },
	RATE_LIMIT_EXCEEDED: {
		code: 'rateLimited',
		hint: 'Lower "Requests per Minute" or "Jobs in Flight" in the credential to what your tenant is allowed',
	},
	TENANT_RATE_LIMIT: { code: 'rateLimited', hint: 'Lower "Requests per Minute" in the credential' },
	TENANT_CONC_LIMIT: { code: 'rateLimited', hint: 'Lower "Jobs in Flight" in the credential' },
	JOB_NOT_FOUND: {
		code: 'notFound',
		hint: 'Check the job ID, and that the credential belongs to the tenant that made it',
	},
	NOT_FOUND: {
		code: 'notFound',
		hint: 'Check the job ID, and that the credential belongs to the tenant that made it',
	},
	INVALID_STATE: { code: 'conflict', hint: 'Only queued and retrying jobs can be canceled' },
	PROVIDER_ERROR: { code: 'upstream', hint: 'The image model failed; the same request may succeed later' },
	SERVICE_OVERLOAD: { code: 'overloaded', hint: 'The service is busy; try again later' },
	UNKNOWN_ERROR: { code: 'upstream' },
	INTERNAL_ERROR: { code: 'upstream', hint: 'Some releases answer this if a field or the job ID is malformed' },
};

/** Only own properties of the table: "constructor" is not a code. */
function meaningOfCode(code: string): Meaning | undefined {
	return Object.hasOwn(meanings, code) ? meanings[code] : undefined;
}

/** Statuses with a special meaning at this service; the others have their usual meaning. */
const hints: Readonly<Record<number, string>> = {
	401: checkKey,
	403: checkKey,
	404: 'Check the base URL and the job ID',
	413: 'The server takes bodies up to 100 KB; give a reference image by URL, not as data',
};

function meaningOfStatus(status: number): Meaning {
	const hint = hints[status] ?? hintOfStatus(status);
	return { code: codeOfStatus(status), ...(hint === null ? {} : { hint }) };
}

/** Throws the error of an answer, unless its status is 2xx. */
export function throwUnlessOk(answer: ApiAnswer, now: number): void {
	if (answer.status >= 200 && answer.status < 300) return;
	const body = errorAnswer.safeParse(parseJson(answer.text));
	const byStatus = meaningOfStatus(answer.status);
	const byCode = body.success ? meaningOfCode(body.data.error) : undefined;
	// The status decides, because the real server's codes differ from the document's more than its statuses do. A code
	// refines its status (400 INVALID_STATE), but never contradicts a clear status (401, 404, 429, 5xx). After a 500 a
	// code cannot say that waiting helps.
	const refines =
		byCode !== undefined &&
		(byCode.code === byStatus.code ||
			byStatus.code === 'invalidRequest' ||
			(byStatus.code === 'upstream' && !['rateLimited', 'overloaded'].includes(byCode.code)));
	const meaning = refines ? byCode : byStatus;
	const reported = body.success
		? `${body.data.error}${body.data.message ? `: ${body.data.message}` : ''}`
		: excerpt(answer.text);
	const hint = meaning.hint ?? (meaning.code === byStatus.code ? byStatus.hint : null) ?? null;
	throw new ImageError(meaning.code, {
		message: `Image SaaS answered ${answer.status} (${reported})`,
		hint: withPathHint(hint, answer),
		httpStatus: answer.status,
		retryAfterMs: parseRetryAfter(answer.headers['retry-after'], now),
	});
}

/**
 * Whether an answer says that no job was made: an error code in capitals, as in the document, with a status of "not
 * accepted".
 */
export function isNotAccepted(answer: Answered): boolean {
	return isPlainlyNotAccepted(answer, (body) =>
		/^[A-Z][A-Z0-9_]*$/.test(errorAnswer.safeParse(body).data?.error ?? ''),
	);
}

const contentRejection = /safety|blocked|prohibited|moderation|content.?(policy|filter)|sensitive/i;

/** Why a job failed. The document has no code for rejected content, so the message is searched for it. */
export function toJobError(code: string | null | undefined, message: string | null | undefined): JobError {
	const text = message ?? code ?? 'The provider gave no reason';
	const meaning = contentRejection.test(`${code ?? ''} ${text}`)
		? { code: 'contentRejected' as const, hint: 'Change the prompt or the reference' }
		: (meaningOfCode(code ?? '') ?? { code: 'upstream' as const });
	return jobError(meaning.code, {
		message: code && code !== text ? `${code}: ${text}` : text,
		hint: meaning.hint ?? null,
	});
}
