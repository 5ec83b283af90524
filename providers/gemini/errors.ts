import type { ApiAnswer } from '../../http/apiClient';
import { excerpt, parseJson } from '../../http/json';
import { withPathHint } from '../../http/pathHint';
import { parseRetryAfter } from '../../http/retryAfter';
import { type ErrorCode, ImageError } from '../../model/errors';
import { codeOfAnswer, codeOfStatus, hintOfStatus } from '../../http/httpStatus';
import type { Answered } from '../provider';
import { isPlainlyNotAccepted } from '../notAccepted';
import { errorAnswer } from './wire';

/** Google's own address. What Google documents about its answers holds for no other server. */
const google = 'generativelanguage.googleapis.com';

/**
 * Whether an answer says that nothing is charged. Google documents: "If your request fails with a 400 or 500 error, you
 * won't be charged for the tokens used" (https://ai.google.dev/gemini-api/docs/billing). A proxy's 500 says nothing.
 */
export function isNotAccepted(answer: Answered, baseUrl: string): boolean {
	const isOwn = (body: unknown) => errorAnswer.safeParse(body).success;
	if (answer.status === 500 && new URL(baseUrl).hostname === google)
		return answer.text !== null && isOwn(parseJson(answer.text));
	return isPlainlyNotAccepted(answer, isOwn);
}

type Meaning = [code: ErrorCode, hint: string | null];

const rejected: Meaning = ['contentRejected', 'Change the prompt or the references'];

/** Reasons for the end of a candidate, or for a blocked prompt, that mean rejected content. */
const contentRejections: Readonly<Record<string, string>> = {
	SAFETY: 'it violates the safety policy',
	PROHIBITED_CONTENT: 'it may contain prohibited content',
	BLOCKLIST: 'it contains words of a blocklist',
	SPII: 'it may contain personal data',
	RECITATION: 'it may recite protected work',
	IMAGE_SAFETY: 'the image would violate the safety policy',
	IMAGE_PROHIBITED_CONTENT: 'the image may hold prohibited content',
	IMAGE_RECITATION: 'the image may recite protected work',
	MODEL_ARMOR: 'Model Armor blocked it',
	JAILBREAK: 'it looks like a jailbreak',
};

/** Throws the error of an answer, unless its status is 2xx. @param now ms since the epoch */
export function throwErrors(answer: ApiAnswer, now: number): void {
	const { status, headers, text } = answer;
	if (status >= 200 && status < 300) return;
	const parsed = errorAnswer.safeParse(parseJson(text));
	const {
		message,
		status: word,
		details,
	} = parsed.success ? parsed.data.error : { message: null, status: null, details: null };
	const reasons = (details ?? []).flatMap(({ reason }) => (reason ? [reason] : []));
	const isDaily = (details ?? []).some(({ violations }) =>
		violations?.some(({ quotaId }) => /PerDay/i.test(quotaId ?? '')),
	);
	const [meant, meantHint] = meaningOf(status, `${word ?? ''} ${reasons.join(' ')} ${message ?? ''}`, isDaily);
	const code = codeOfAnswer(status, meant);
	const ownHint = code === meant ? meantHint : hintOfStatus(status);
	const hint = withPathHint(ownHint, answer);
	const delay = (details ?? [])
		.map(({ retryDelay }) => /^([\d.]+)s$/.exec(retryDelay ?? '')?.[1])
		.find((seconds) => seconds !== undefined);
	throw new ImageError(code, {
		message: `Gemini answered ${status} (${[word, excerpt(message ?? text, 300)].filter(Boolean).join(': ')})`,
		hint,
		httpStatus: status,
		retryAfterMs:
			parseRetryAfter(headers['retry-after'], now) ?? (delay === undefined ? null : Number(delay) * 1000),
	});
}

function meaningOf(status: number, text: string, isDaily: boolean): Meaning {
	if (status === 404) return ['notFound', 'Check the model or the ID. A proxy may not offer this call'];
	if (/API_KEY_INVALID|API key not valid|UNAUTHENTICATED|无效的令牌/i.test(text) || status === 401 || status === 403)
		return ['auth', 'Check the API key, and whether the endpoint of the credential is the one it belongs to'];
	if (status === 429 && (isDaily || /limit: 0|billing|余额|额度/i.test(text)))
		return ['quotaExceeded', 'The quota of the day or of the plan is used up; see https://ai.dev/rate-limit'];
	if (status === 400 && /FAILED_PRECONDITION/.test(text))
		return /billing/i.test(text)
			? ['quotaExceeded', 'Enable billing for the project of the API key']
			: ['invalidRequest', null];
	if (status === 400 && /safety|blocked|sensitive/i.test(text)) return rejected;
	if (/DEADLINE_EXCEEDED/.test(text)) return ['timeout', null];
	return [codeOfStatus(status), hintOfStatus(status)];
}

/** Whether the error says that the model gives only one candidate per call. Nothing was made or paid. */
export function wantsOneEach({ code, message, outcome }: ImageError): boolean {
	return code === 'invalidRequest' && outcome !== 'unknown' && /multiple candidates|candidate_?count/i.test(message);
}

export interface Ending {
	/** `finishReason` of the candidate or `blockReason` of the prompt. */
	reason: string | null;
	message: string | null;
	/** The text that the model sent instead of an image. */
	words: string;
}

/** The error of a call that succeeded without an image. */
export function noPicture({ reason, message, words }: Ending): ImageError {
	const why = reason !== null && Object.hasOwn(contentRejections, reason) ? contentRejections[reason] : undefined;
	const reported = [message, words]
		.filter(Boolean)
		.map((text) => excerpt(text ?? '', 300))
		.join('. ');
	if (why !== undefined)
		return new ImageError('contentRejected', {
			message: `Gemini rejected the content (${reason ?? ''}): ${why}${reported ? `. ${reported}` : ''}`,
			hint: rejected[1],
		});
	if (words !== '')
		return new ImageError('contentRejected', {
			message: `Gemini answered with words instead of an image: ${excerpt(words, 300)}`,
			hint: 'Ask for an image directly, e.g. "Draw …"; otherwise the model may decline',
		});
	const because = reason === null ? '' : ` (${reason})`;
	return new ImageError('malformedResponse', {
		message: `Gemini answered without an image${because}${reported ? `: ${reported}` : ''}`,
		hint: 'Try again, or change the prompt',
		retryable: false,
	});
}

/** The error of one request of a batch, from its gRPC code. */
export function batchError({
	code,
	message,
}: {
	code?: number | null | undefined;
	message?: string | null | undefined;
}): ImageError {
	const codes: Record<number, ErrorCode> = {
		3: 'invalidRequest',
		4: 'timeout',
		5: 'notFound',
		7: 'auth',
		8: 'rateLimited',
		9: 'invalidRequest',
		14: 'overloaded',
		16: 'auth',
	};
	const text = excerpt(message ?? 'no reason given', 300);
	const meant = (code !== null && code !== undefined ? codes[code] : undefined) ?? 'upstream';
	return new ImageError(/safety|blocked/i.test(text) ? 'contentRejected' : meant, { message: `Gemini: ${text}` });
}
