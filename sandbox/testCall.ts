/** An answer, with its body parsed if it is JSON. */
export interface Answer {
	status: number;
	headers: Headers;
	json: unknown;
	text: string;
	bytes: Buffer;
}

export type Call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;

/**
 * Calls a sandbox without code of the pack.
 * @param headers sent with each call
 */
export function callsTo(url: string, headers: Record<string, string> = {}): Call {
	return async (method, path, body, more = {}) => {
		const isForm = body instanceof FormData;
		const answer = await fetch(path.startsWith('http') ? path : url + path, {
			method,
			redirect: 'manual',
			headers: {
				...headers,
				...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
				...more,
			},
			...(body === undefined ? {} : { body: isForm || typeof body === 'string' ? body : JSON.stringify(body) }),
		});
		const bytes = Buffer.from(await answer.arrayBuffer());
		const text = bytes.toString('utf8');
		const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
		return {
			status: answer.status,
			headers: answer.headers,
			text,
			bytes,
			json: isJson && text !== '' ? (JSON.parse(text) as unknown) : undefined,
		};
	};
}
