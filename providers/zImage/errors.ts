import type { ApiAnswer } from '../../http/apiClient';
import { excerpt, parseJson } from '../../http/json';
import { withPathHint } from '../../http/pathHint';
import { parseRetryAfter } from '../../http/retryAfter';
import { type ErrorCode, ImageError, type JobError, jobError } from '../../model/errors';
import { codeOfStatus, hintOfStatus } from '../../http/httpStatus';
import type { Answered } from '../provider';
import { isPlainlyNotAccepted } from '../notAccepted';
import { errorAnswer, type TaskAnswer, taskFailure } from './wire';

/** Throws the error of an answer, unless its status is 2xx. */
export function throwUnlessOk(answer: ApiAnswer, now: number): void {
	const { status } = answer;
	if (status >= 200 && status < 300) return;
	throw new ImageError(codeOfStatus(status), {
		message: `Z-Image answered ${status} (${reported(answer)})`,
		hint: withPathHint(hintOf(status), answer),
		httpStatus: status,
		retryAfterMs: parseRetryAfter(answer.headers['retry-after'], now),
	});
}

/** Whether an answer says that no task was made: FastAPI's own `{"detail": …}` with a status of "not accepted". */
export function isNotAccepted(answer: Answered): boolean {
	return isPlainlyNotAccepted(answer, (body) => errorAnswer.safeParse(body).success);
}

function hintOf(status: number): string | null {
	if (status === 401) return 'Put an Auth Key into the Z-Image credential';
	if (status === 403) return "The Auth Key is not on the server's list, or the task belongs to another key";
	if (status === 404) return 'Check the base URL and the ID, and that the credential belongs to the key that made it';
	if (status === 422) return 'Correct the field that the message names';
	return hintOfStatus(status);
}

function reported(answer: ApiAnswer): string {
	const parsed = errorAnswer.safeParse(parseJson(answer.text));
	if (!parsed.success) return excerpt(answer.text);
	const { detail } = parsed.data;
	if (typeof detail === 'string') return excerpt(detail);
	if (!Array.isArray(detail)) return excerpt(detail.message ?? detail.code ?? '');
	return excerpt(
		detail
			.map(({ loc, msg }) => `${(loc ?? []).filter((part) => part !== 'body').join('.')}: ${msg ?? 'not valid'}`)
			.join('; '),
		300,
	);
}

/** Words that decide the meaning of a worker's codes and texts; the document lists none. */
const meanings: ReadonlyArray<[RegExp, ErrorCode]> = [
	[/safety|nsfw|content.?(policy|filter|reject)|sensitive|prohibited/i, 'contentRejected'],
	[/out.?of.?memory|(?<![a-z])oom(?![a-z])|cuda|no.?gpu|capacity|overload/i, 'overloaded'],
	[/time.?(d.)?out|time.?limit/i, 'timeout'],
	[/invalid|validation|unsupported/i, 'invalidRequest'],
	[/quota|credit/i, 'quotaExceeded'],
];

interface Failure {
	code?: string | null | undefined;
	message?: string | null | undefined;
	hint?: string | null | undefined;
}

/** Why a task failed. The real server puts JSON into the text of `error` and leaves code and hint empty. */
export function failureOfTask({
	error,
	error_code,
	error_hint,
}: Pick<TaskAnswer, 'error' | 'error_code' | 'error_hint'>): JobError {
	const inner = taskFailure.safeParse(typeof error === 'string' ? parseJson(error) : error).data;
	if (!inner)
		return toJobError({
			code: error_code,
			message: typeof error === 'string' ? error : undefined,
			hint: error_hint,
		});
	const detail =
		typeof inner.detail === 'string' ? inner.detail : inner.detail == null ? '' : JSON.stringify(inner.detail);
	const message = inner.message ?? '';
	// The message is general ("generation failed"); the detail contains the reason.
	return toJobError({
		code: error_code ?? inner.code,
		message: message.includes(detail) ? message : message === '' ? detail : `${message} (${detail})`,
		hint: error_hint,
	});
}

export function toJobError({ code, message, hint }: Failure): JobError {
	const words = excerpt(
		[code, message].filter(Boolean).join(': ') || (hint ?? '') || 'The task failed, and the server gave no reason',
		500,
	);
	const meaning =
		meanings.find(([pattern]) => pattern.test(`${code ?? ''} ${message ?? ''} ${hint ?? ''}`))?.[1] ?? 'upstream';
	return jobError(meaning, {
		message: words,
		hint: hint ?? (meaning === 'contentRejected' ? 'Change the prompt' : null),
	});
}
