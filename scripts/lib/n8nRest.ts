/** n8n answered a request with an error, or not at all. */
export class N8nRequestError extends Error {
	override name = 'N8nRequestError';

	constructor(
		message: string,
		/** 0 if there was no answer. */
		readonly httpStatus: number,
		options?: ErrorOptions,
	) {
		super(message, options);
	}
}

const sessionCookie = 'n8n-auth';

/** n8n's internal REST interface, which its editor uses. It keeps the session cookie. */
export class N8nRest {
	private cookie: string | undefined;

	constructor(
		readonly url: string,
		private readonly logTail: () => string = () => '',
	) {}

	/** Whether an earlier answer has opened a session. */
	get hasSession(): boolean {
		return this.cookie !== undefined;
	}

	/** Name and value of the session cookie, with which a browser is signed in. */
	get session(): { name: string; value: string } | undefined {
		const value = this.cookie?.slice(sessionCookie.length + 1);
		return value === undefined ? undefined : { name: sessionCookie, value };
	}

	/** Sends a request below the base URL. Gives the answer's `data`, or the whole answer if n8n does not wrap it. */
	async call<T>(method: string, path: string, body?: unknown): Promise<T> {
		const response = await this.answered(method, path, body);
		const text = await response.text();
		this.keepCookie(response);
		if (text === '') return undefined as T;
		const answer: unknown = JSON.parse(text);
		return (isRecord(answer) && 'data' in answer ? answer['data'] : answer) as T;
	}

	/** The bytes of an answer. */
	async download(path: string): Promise<Buffer> {
		return Buffer.from(await (await this.answered('GET', path, undefined)).arrayBuffer());
	}

	/** @throws N8nRequestError for every status that is not a success */
	private async answered(method: string, path: string, body: unknown): Promise<Response> {
		const response = await this.send(method, path, body);
		if (response.ok) return response;
		throw new N8nRequestError(
			`n8n answered ${method} ${path} with ${response.status}: ` +
				`${messageOf(await response.text())}\n${this.logTail()}`,
			response.status,
		);
	}

	private async send(method: string, path: string, body: unknown): Promise<Response> {
		const headers: Record<string, string> = { accept: 'application/json' };
		if (this.cookie !== undefined) headers['cookie'] = this.cookie;
		if (body !== undefined) headers['content-type'] = 'application/json';
		const init: RequestInit = { method, headers, signal: AbortSignal.timeout(30_000) };
		if (body !== undefined) init.body = JSON.stringify(body);
		try {
			return await fetch(`${this.url}${path}`, init);
		} catch (error) {
			throw new N8nRequestError(`n8n did not answer ${method} ${path}: ${String(error)}\n${this.logTail()}`, 0, {
				cause: error,
			});
		}
	}

	private keepCookie(response: Response): void {
		const cookie = response.headers.getSetCookie().find((one) => one.startsWith(`${sessionCookie}=`));
		if (cookie !== undefined) this.cookie = cookie.split(';', 1)[0];
	}
}

function messageOf(text: string): string {
	try {
		const answer: unknown = JSON.parse(text);
		if (isRecord(answer) && typeof answer['message'] === 'string') return answer['message'];
	} catch {
		// Not JSON: the text itself is the message.
	}
	return text.slice(0, 500);
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
