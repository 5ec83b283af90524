import { ErrorAnswer } from '../shared/baseStandIn';
import type { Settings } from './settings';

interface Words {
	/** Status in the document's dialect. The document's samples show none. */
	status: number;
	type: string;
	real: number;
	message: string;
}

/** The site's errors: the document's codes, and the real server's numbers for them. */
const WORDS: Record<string, Words> = {
	BAD_REQUEST: { status: 400, type: 'invalid_request_error', real: -2000, message: '请求参数错误' },
	INVALID_SESSION: { status: 401, type: 'authentication_error', real: -2002, message: 'Sessionid已失效' },
	UPLOAD_TIMEOUT: { status: 500, type: 'image_upload_error', real: -1000, message: '图片上传失败: 网络连接超时' },
	CONTENT_FILTERED: { status: 400, type: 'content_filter', real: -2006, message: '内容审核未通过' },
	GENERATION_FAILED: { status: 500, type: 'generation_error', real: -2007, message: '图像生成失败' },
	GENERATION_TIMEOUT: { status: 500, type: 'generation_error', real: -1000, message: '生成超时' },
	INSUFFICIENT_POINTS: { status: 402, type: 'insufficient_quota', real: -2009, message: '积分不足' },
	OTHER: { status: 500, type: 'api_error', real: -1000, message: '服务异常' },
};

/**
 * An error answer of the dialect.
 * @param code a code of the table; any other code is sent unchanged
 */
export function errorAnswerOf(code: string, dialect: Settings['dialect'], message?: string): ErrorAnswer {
	const words = (Object.hasOwn(WORDS, code) ? WORDS[code] : undefined) ?? {
		status: 500,
		type: 'generation_error',
		real: -2007,
		message: `生成失败 (${code})`,
	};
	const text = message ?? words.message;
	// The real server reports errors with status 200.
	return dialect === 'real'
		? new ErrorAnswer(200, { code: words.real, message: text, data: null })
		: new ErrorAnswer(words.status, { error: { message: text, type: words.type, code } });
}

/** The body of a status with a given code: a number in the format of the real server, a word in the document's. */
export function codedBody(code: string): Record<string, unknown> {
	const message = 'A fault that the sandbox was asked for';
	return /^-?\d+$/.test(code)
		? { code: Number(code), message, data: null }
		: { error: { message, type: 'server_error', code } };
}
