import { z } from 'zod4';
import type { ApiAnswer } from '../../http/apiClient';
import { excerpt, parseJson } from '../../http/json';
import { type AskedPath, withPathHint } from '../../http/pathHint';
import { parseRetryAfter } from '../../http/retryAfter';
import { type ErrorCode, ImageError, type JobError, jobError } from '../../model/errors';
import { codeOfStatus, hintOfStatus } from '../../http/httpStatus';
import { id } from '../lenient';
import type { Answered } from '../provider';
import { isPlainlyNotAccepted, isNotAcceptedStatus } from '../notAccepted';
import { envelope } from './wire';

/** Success in either API. */
const successCodes = [0, 200];

/** Whether `data` is a task of one of the two APIs. If so, the request was accepted, whatever the code says. */
const namesTask = (data: unknown): boolean =>
	z.union([z.looseObject({ id }), z.looseObject({ task_id: id })]).safeParse(data).success;

/**
 * The `data` of an answer. An answer is a success if its status is 2xx, and its code is a success or `data` is a task.
 * Throws the error of any other answer. A server that speaks the other API answers 404 in plain text.
 */
export function dataOf(answer: ApiAnswer, now: number): unknown {
	const { status } = answer;
	const body = parseJson(answer.text);
	const parsed = envelope.safeParse(body);
	const ok = status >= 200 && status < 300;
	if (ok && typeof body === 'object' && body !== null && 'data' in body && namesTask(body.data)) return body.data;
	if (ok && parsed.success && successCodes.includes(parsed.data.code)) return parsed.data.data;
	if (ok && !parsed.success)
		throw new ImageError('malformedResponse', {
			message: `NanoBananaPro answered ${excerpt(answer.text)}`,
			httpStatus: status,
			hint: 'Check that the base URL leads to the API, and not to a web page or a proxy',
		});
	// A failure with HTTP status 200: its code is an HTTP status.
	const reported = ok && parsed.success ? parsed.data.code : status;
	throw errorOfAnswer({
		status: reported,
		httpStatus: status,
		message: parsed.success ? (parsed.data.message ?? '') : excerpt(answer.text),
		isPlain: !parsed.success,
		retryAfterMs: parseRetryAfter(answer.headers['retry-after'], now),
		asked: answer.asked,
	});
}

/**
 * Whether an answer says that no task was made: an envelope with a code of "not accepted", with such a status or with
 * 200. A full queue (503) is "not accepted" too, although the public server then lists a failed task.
 */
export function isNotAccepted(answer: Answered): boolean {
	const { status, text } = answer;
	const codeIn = (body: unknown) => envelope.safeParse(body).data?.code ?? 0;
	if (status >= 200 && status < 300) return text !== null && isNotAcceptedStatus(codeIn(parseJson(text)));
	return isPlainlyNotAccepted(answer, (body) => isNotAcceptedStatus(codeIn(body)));
}

interface FailedAnswer {
	status: number;
	httpStatus: number;
	message: string;
	/** Whether the answer does not have the form of the API's answers. */
	isPlain: boolean;
	retryAfterMs?: number | null;
	asked?: AskedPath | undefined;
}

/** The error for an answer that is not a success. */
export function errorOfAnswer(answer: FailedAnswer): ImageError {
	const { status, httpStatus, message, isPlain, retryAfterMs = null } = answer;
	const otherApi = status === 404 && isPlain;
	const code = otherApi ? 'invalidRequest' : codeOfStatus(status);
	const hint = otherApi
		? 'Choose the other API in the credential: servers speak either v1.6 or tasks'
		: code === 'notFound'
			? 'Check the ID; the task or image may have been deleted'
			: hintOfStatus(status);
	return new ImageError(code, {
		message: otherApi
			? 'This server does not offer that call (404)'
			: `NanoBananaPro answered ${status} (${excerpt(message)})`,
		hint: withPathHint(hint, answer),
		httpStatus,
		retryAfterMs,
	});
}

/** Words that decide the meaning of the upstream's reasons, in Chinese and English; the document lists no codes. */
const meanings: ReadonlyArray<[RegExp, ErrorCode, string | null]> = [
	[
		/safety|blocked|prohibited|sensitive|policy|refus|安全|违规|敏感|审核|拒绝|屏蔽/i,
		'contentRejected',
		'Change the prompt or the references',
	],
	[
		/api.?key|unauthori[sz]ed|permission|密钥|401|403/i,
		'auth',
		'Check the Gemini API key in the NanoBananaPro credential',
	],
	[/quota|billing|insufficient|balance|余额|额度|配额/i, 'quotaExceeded', 'Top up the account of the Gemini API key'],
	[/429|rate.?limit|频繁|RESOURCE_EXHAUSTED/i, 'rateLimited', null],
	[/503|overload|unavailable|过载|繁忙/i, 'overloaded', null],
	[/time.?out|deadline|超时/i, 'timeout', null],
];

/** Why a task, or some of its images, failed. */
export function failureOf(message: string | null | undefined): JobError {
	const text = excerpt(message ?? '', 300);
	const [, code, hint] = meanings.find(([pattern]) => pattern.test(text)) ?? [undefined, 'upstream' as const, null];
	return jobError(code, {
		message: text === '(empty)' ? 'The task failed, and the server gave no reason' : text,
		hint,
	});
}
