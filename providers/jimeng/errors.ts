import type { ApiAnswer } from '../../http/apiClient';
import { excerpt, parseJson } from '../../http/json';
import { withPathHint } from '../../http/pathHint';
import { parseRetryAfter } from '../../http/retryAfter';
import { type ErrorCode, ImageError } from '../../model/errors';
import type { ChargedTerms } from '../charged';
import { codeOfAnswer, codeOfStatus, hintOfStatus } from '../../http/httpStatus';
import type { Answered } from '../provider';
import { isNotPassedOn, isNotAcceptedStatus } from '../notAccepted';
import { errorAnswer } from './wire';

interface Meaning {
	code: ErrorCode;
	hint?: string;
	/** False if a generation may have begun: it may have been paid, so it is not repeated automatically. */
	retryable?: false;
}

const session: Meaning = {
	code: 'auth',
	hint:
		'The session has expired or is wrong: take a new sessionid from the site, ' +
		'and choose the right site in the Jimeng credential',
};
const rejected: Meaning = { code: 'contentRejected', hint: 'Change the prompt or the references' };
const credit: Meaning = {
	code: 'quotaExceeded',
	hint: 'Top up credit at the site; models before 4.0 take bought credit only',
};
const upload: Meaning = {
	code: 'invalidRequest',
	hint: 'Check that the server can fetch the reference, that it is an image, and that it has at most 10 MB',
};
const failed: Meaning = {
	code: 'upstream',
	hint: 'The site did not generate it; check the site before you try again, because credit may have been used',
	retryable: false,
};

/** The real server's numbers and the document's words. */
const meanings: Record<string, Meaning> = {
	'-1000': failed,
	'-2000': {
		code: 'invalidRequest',
		hint:
			'Check prompt, model, ratio and resolution, and the base URL: ' +
			'the server gives the same answer for an unknown path',
	},
	'-2001': { ...failed, hint: 'The site did not accept the call; check the site before you try again' },
	'-2002': session,
	'-2003': upload,
	'-2004': upload,
	'-2006': rejected,
	'-2007': failed,
	'-2008': failed,
	'-2009': credit,
	UPLOAD_TIMEOUT: {
		code: 'timeout',
		hint: 'The server could not fetch or upload a reference in time; check its address',
		retryable: false,
	},
	GENERATION_TIMEOUT: {
		code: 'timeout',
		hint: 'Check the site before you try again: the image may be ready there',
		retryable: false,
	},
	CONTENT_FILTERED: rejected,
	INSUFFICIENT_POINTS: credit,
	INSUFFICIENT_CREDITS: credit,
	INVALID_SESSION: session,
};

/** Words that decide the meaning of a text if its code does not. */
const wordings: ReadonlyArray<[RegExp, Meaning]> = [
	[/审核|敏感|违规|过滤|content.?(filter|review|policy)|blocked|sensitive|unsafe/i, rejected],
	[/积分|credit|points|insufficient|balance/i, credit],
	[/session|login|token|unauthori[sz]ed|未登录|登录|失效/i, session],
	[/上传|下载|upload|download|fetch/i, upload],
	[
		/超时|time.?out|timed out/i,
		{
			code: 'timeout',
			hint: 'Check the site before you try again: the image may be ready there',
			retryable: false,
		},
	],
];

/** With these codes the server says that it has not begun a generation, also with HTTP status 200. */
const notBegun = [
	'-2000',
	'-2002',
	'-2003',
	'-2004',
	'-2006',
	'-2009',
	'UPLOAD_TIMEOUT',
	'CONTENT_FILTERED',
	'INSUFFICIENT_POINTS',
	'INSUFFICIENT_CREDITS',
	'INVALID_SESSION',
];
/** With these codes a generation was begun, or may have been begun. The request counts as accepted. */
const mayHaveBegun = ['-1000', '-2001', '-2007', '-2008', 'GENERATION_TIMEOUT', 'GENERATION_FAILED'];

/**
 * Whether an answer says that no generation was begun, so that no credit was used: by its code, otherwise by its
 * status.
 */
export function isNotAccepted({ status, text }: Answered): boolean {
	if (isNotPassedOn(status)) return true;
	if (!isNotAcceptedStatus(status) && !(status >= 200 && status < 300)) return false;
	const error = text === null ? undefined : errorAnswer.safeParse(parseJson(text)).data;
	if (error === undefined || (!('error' in error) && error.code === 0)) return false;
	const { word } = wordsOf(error);
	if (word === '-2001') return status === 429;
	if (word !== undefined && notBegun.includes(word)) return true;
	return isNotAcceptedStatus(status) && !(word !== undefined && (mayHaveBegun.includes(word) || /^-\d/.test(word)));
}

type Head = Pick<ApiAnswer, 'status' | 'headers' | 'asked'>;

/** If a generation may have begun, only the site shows its outcome. */
export const terms: ChargedTerms = {
	isNotAccepted,
	hint: 'Check the site before you try again: the image may be ready there, and its credit used',
};

/** The body of a success. Throws the error of any other answer. A 200 may also contain an error. */
export function bodyOf(answer: Head, text: string, now: number): unknown {
	const body = parseJson(text);
	const error = errorAnswer.safeParse(body);
	const isOk = answer.status >= 200 && answer.status < 300;
	if (error.success && (!isOk || 'error' in error.data || error.data.code !== 0))
		throw failure(answer, wordsOf(error.data), now);
	if (isOk) return body;
	throw failure(answer, { text: excerpt(text) }, now);
}

/** Code and text of an error, in any of its forms. */
function wordsOf(error: Record<string, unknown>): { word?: string | undefined; text: string } {
	const inner = error['error'];
	if (typeof inner === 'string') return { text: excerpt(inner) };
	const { code, type, message } = (typeof inner === 'object' && inner !== null ? inner : error) as {
		code?: unknown;
		type?: unknown;
		message?: unknown;
	};
	const word =
		typeof code === 'string' || typeof code === 'number'
			? String(code)
			: typeof type === 'string'
				? type
				: undefined;
	return { word, text: typeof message === 'string' ? excerpt(message, 300) : (word ?? 'no reason given') };
}

function failure(answer: Head, { word, text }: { word?: string | undefined; text: string }, now: number): ImageError {
	const isOk = answer.status >= 200 && answer.status < 300;
	const byStatus: Meaning = isOk ? failed : { code: codeOfStatus(answer.status) };
	const byWord = word !== undefined && Object.hasOwn(meanings, word) ? meanings[word] : undefined;
	const byText = wordings.find(([pattern]) => pattern.test(text))?.[1];
	// -1000 covers every other failure, so its text is more precise. A clear status is more precise than a text.
	const clear = !isOk && ['auth', 'rateLimited', 'overloaded', 'notFound'].includes(byStatus.code);
	const meaning =
		(byWord && byWord !== failed ? byWord : undefined) ?? (clear ? byStatus : (byText ?? byWord ?? byStatus));
	const code = codeOfAnswer(answer.status, meaning.code);
	const isOverruled = code !== meaning.code;
	const hint = (isOverruled ? null : meaning.hint) ?? hintOfStatus(answer.status);
	// The server answers an unknown path like a bad request.
	const isVague = word === '-2000' || (answer.status === 400 && byWord === undefined);
	const status = isVague ? 404 : answer.status;
	return new ImageError(code, {
		message: `Jimeng answered ${word ?? answer.status} (${text})`,
		hint: withPathHint(hint, { ...answer, status }),
		httpStatus: answer.status,
		retryAfterMs: parseRetryAfter(answer.headers['retry-after'], now),
		// With -2001 and 429 the server says that it did not accept the call.
		...(meaning.retryable === undefined || (isOverruled && word === '-2001')
			? {}
			: { retryable: meaning.retryable }),
	});
}

/** The error in the text of an answer, which is how chat reports errors; undefined if the text reports no error. */
export function failureInText(text: string): ImageError | undefined {
	if (!/失败|错误|error|failed|超时|积分不足|审核/i.test(text)) return undefined;
	const meaning = wordings.find(([pattern]) => pattern.test(text))?.[1] ?? failed;
	return new ImageError(meaning.code, {
		message: `Jimeng answered: ${excerpt(text, 300)}`,
		hint: meaning.hint ?? null,
		httpStatus: 200,
		...(meaning.retryable === undefined ? {} : { retryable: meaning.retryable }),
	});
}
