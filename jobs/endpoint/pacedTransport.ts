import { AsyncLocalStorage } from 'node:async_hooks';
import type { ApiAnswer, ApiRequest, ApiStream, ApiTransport } from '../../http/apiClient';
import { parseRetryAfter } from '../../http/retryAfter';
import type { SocketOptions } from '../../http/socket';
import type { Clock } from '../runtime/clock';
import { charged, charges, readForCharge } from './charge';
import type { RequestPace } from './requestPace';

/** The group of a request for pacing. An async context passes it from the submit to the pacing. */
export const groups = new AsyncLocalStorage<string>();

/**
 * The API plane of an endpoint: every request and every socket is paced, and an answer of 429 slows all of them.
 */
export class PacedTransport implements ApiTransport {
	constructor(
		private readonly transport: ApiTransport,
		private readonly pace: RequestPace,
		private readonly clock: Clock,
	) {}

	async send(request: ApiRequest): Promise<ApiAnswer> {
		return await this.paced(
			request,
			(own) => this.transport.send(own),
			({ text }) => text,
		);
	}

	async open(request: ApiRequest): Promise<ApiStream> {
		const charge = charges.getStore();
		const stream = await this.paced(
			request,
			(own) => this.transport.open(own),
			() => null,
		);
		return charge ? readForCharge(stream, charge) : stream;
	}

	/** The upgrade is paced like any other request. */
	async *socket(path: string, options: SocketOptions): AsyncIterable<string> {
		await this.pace.next(options.signal, groups.getStore());
		yield* this.transport.socket(path, options);
	}

	private async paced<A extends Pick<ApiAnswer, 'status' | 'headers'>>(
		request: ApiRequest,
		call: (request: ApiRequest) => Promise<A>,
		asText: (answer: A) => string | null,
	): Promise<A> {
		const charge = request.method === 'GET' ? undefined : charges.getStore();
		const sentAt = await this.pace.next(request.signal, groups.getStore());
		// A request that changes something is not aborted: its answer contains the job's id, so the job can be
		// canceled.
		const toSend =
			request.method === 'GET'
				? request
				: {
						...request,
						signal: undefined,
						...(charge?.mayReuseConnection === false ? { freshConnection: true } : {}),
					};
		const answer = await charged(charge, () => call(toSend));
		const { status, headers } = answer;
		if (charge) charge.fact = { kind: 'answered', answer: { status, headers, text: asText(answer) } };
		this.pace.answered(sentAt, status, parseRetryAfter(headers['retry-after'], this.clock.date().getTime()));
		return answer;
	}
}
