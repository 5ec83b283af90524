import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startImageSaasSandbox, type ImageSaasSandbox, type Settings } from './index';

/** An answer, with its body parsed if it is JSON. */
export interface Answer {
	status: number;
	headers: Headers;
	json: Record<string, unknown>;
	text: string;
}

/** One sandbox and calls to it, without code of the pack, for the sandbox's own tests. */
export interface TestClient {
	sandbox: ImageSaasSandbox;
	call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
	/**
	 * Submits and returns the job's id.
	 * @throws if the job is not accepted
	 */
	submit(body: Record<string, unknown>, headers?: Record<string, string>): Promise<string>;
	/** Waits until the job has the status. */
	reach(jobId: string, status: string): Promise<Record<string, unknown>>;
}

/** Starts a sandbox with short jobs and no limits, unless the test sets others. */
export async function startTestClient(settings: Partial<Settings> = {}): Promise<TestClient> {
	const sandbox = await startImageSaasSandbox({
		settings: {
			jobDurationMs: 20,
			jobDurationJitter: 0,
			requestsPerMinute: 0,
			maxConcurrent: 0,
			webhookRetryDelaysMs: [5, 10],
			...settings,
		},
	});
	const call: TestClient['call'] = async (method, path, body, headers = {}) => {
		const answer = await fetch(path.startsWith('http') ? path : sandbox.url + path, {
			method,
			headers: {
				authorization: 'Bearer img_test_dev_123456789',
				...(body === undefined ? {} : { 'content-type': 'application/json' }),
				...headers,
			},
			redirect: 'manual',
			...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
		});
		const text = await answer.text();
		const isJson = answer.headers.get('content-type')?.includes('json') && text.startsWith('{');
		return {
			status: answer.status,
			headers: answer.headers,
			text,
			json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
		};
	};
	return {
		sandbox,
		call,
		async submit(body, headers) {
			const { status, json, text } = await call('POST', '/v1/images/generate', body, headers);
			if (status !== 202) throw new Error(`not accepted: ${status} ${text}`);
			return String(json['jobId']);
		},
		async reach(jobId, wanted) {
			return until(async () => {
				const { json } = await call('GET', `/v1/jobs/${jobId}`);
				return json['status'] === wanted ? json : null;
			});
		},
	};
}

/** Repeats the request, with short waits, until there is a result. */
export async function until<Value>(ask: () => Promise<Value | null> | Value | null, withinMs = 3000): Promise<Value> {
	for (const deadline = Date.now() + withinMs; ; ) {
		const value = await ask();
		if (value !== null) return value;
		if (Date.now() > deadline) throw new Error('It did not happen in time');
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

/** The deliveries that a webhook receiver got. */
export interface Received {
	body: string;
	signature: string | undefined;
	json(): Record<string, unknown>;
}

/** Starts a receiver of webhooks. It answers the given statuses one after the other, then always 200. */
export async function startReceiver(
	...statuses: number[]
): Promise<{ url: string; received: Received[]; close(): Promise<void> }> {
	const received: Received[] = [];
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const body = Buffer.concat(chunks).toString();
			const signature = request.headers['x-signature'];
			received.push({
				body,
				signature: typeof signature === 'string' ? signature : undefined,
				json: () => JSON.parse(body) as Record<string, unknown>,
			});
			response.writeHead(statuses.shift() ?? 200).end();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
		received,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}
