import type { ApiAnswer } from '../../http/apiClient';
import { excerpt, parseJson } from '../../http/json';
import { withPathHint } from '../../http/pathHint';
import { parseRetryAfter } from '../../http/retryAfter';
import { type ErrorCode, ImageError } from '../../model/errors';
import type { ChargedTerms } from '../charged';
import { codeOfStatus, hintOfStatus } from '../../http/httpStatus';
import type { Answered } from '../provider';
import { isPlainlyNotAccepted } from '../notAccepted';
import { refusalAnswer } from './wire';

type Head = Pick<ApiAnswer, 'status' | 'headers' | 'asked'>;

/**
 * Whether an answer says that nothing was made: `success: false` with a status of "not accepted". A 500, and a 200 with
 * `success: false`, may come after the upstream was paid, whatever their text says.
 */
export function isNotAccepted(answer: Answered): boolean {
	return isPlainlyNotAccepted(
		answer,
		(body) => typeof body === 'object' && body !== null && 'success' in body && body.success === false,
	);
}

const keys =
	'Check the keys in the AI Batch credential, and that the upstream key belongs to the upstream chosen there';

/** The pack cannot see whether the upstream was paid: only the account at the upstream shows it. */
export const terms: ChargedTerms = {
	isNotAccepted,
	hint: 'Check the account of the upstream key, or the gallery of the server, before you generate it again',
};

/** Words that decide the meaning of a failure: the real server answers every failure with 500 and a text. */
const meanings: ReadonlyArray<[RegExp, ErrorCode, string | null]> = [
	[
		/safety|content.?(policy|filter|moderation)|blocked|prohibited|nsfw|審核|安全|違規|违规/i,
		'contentRejected',
		'Change the prompt',
	],
	[/api.?key|unauthori[sz]ed|authentication|credential|金鑰|密钥|認證/i, 'auth', keys],
	[/quota|billing|insufficient|credit|餘額|额度|配額/i, 'quotaExceeded', 'Top up the account of the upstream key'],
	[/rate.?limit|too many requests|頻繁|频繁/i, 'rateLimited', null],
	[
		/unsupported|not supported|invalid|must be|required|不支援|不支持|無效|无效|缺少/i,
		'invalidRequest',
		'Correct the field that the message names',
	],
	[/overload|unavailable|busy|過載|繁忙/i, 'overloaded', null],
	[/time.?out|timed out|超時|逾時/i, 'timeout', null],
];

/** The body of a success. Throws the error of any other answer; `success: false` is a failure with any status. */
export function bodyOf(answer: Head, text: string, now: number): unknown {
	const { status } = answer;
	const body = parseJson(text);
	const isOk = status >= 200 && status < 300;
	const isNotAccepted = typeof body === 'object' && body !== null && 'success' in body && body.success === false;
	if (isOk && !isNotAccepted) return body;
	throw failureOf(answer, text, now);
}

/** The error for an answer that is not a success. */
export function failureOf(answer: Head, text: string, now: number): ImageError {
	const body = parseJson(text);
	const { status } = answer;
	const isHtml = body === undefined && /^\s*</.test(text);
	if (isHtml && (status === 404 || status === 405)) {
		return new ImageError('notFound', {
			message: `This server does not offer that call (${status})`,
			hint: withPathHint(
				'Not every release has every documented path; check the base URL, or do not use this operation',
				answer,
			),
			httpStatus: status,
		});
	}
	const reported = reportedMessage(body) ?? excerpt(text);
	const byStatus = codeOfStatus(status);
	// The server answers 500 to every failure, so the text is more precise. The other statuses are clear.
	const vague = (status >= 200 && status < 300) || status === 500 || status === 400;
	const [, code, hint] = (vague ? meanings.find(([pattern]) => pattern.test(reported)) : undefined) ?? [
		undefined,
		vague && status !== 400 ? ('upstream' as const) : byStatus,
		byStatus === 'auth' ? keys : hintOfStatus(status),
	];
	return new ImageError(code, {
		message: `AI Batch answered ${status} (${reported})`,
		hint: withPathHint(hint, answer),
		httpStatus: status,
		retryAfterMs: parseRetryAfter(answer.headers['retry-after'], now),
		// The upstream may have been called, and paid, before the failure.
		...(status === 500 || (status >= 200 && status < 300) ? { retryable: false } : {}),
	});
}

function reportedMessage(body: unknown): string | undefined {
	const parsed = refusalAnswer.safeParse(body);
	if (!parsed.success) return undefined;
	const { error, message } = parsed.data;
	const text = typeof error === 'string' ? error : (error?.message ?? message);
	return text ? excerpt(text, 300) : undefined;
}
