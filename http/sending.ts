import { type ClientRequest, type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface Sending {
	/** For axios, in place of Node's own module for the scheme of the base URL. */
	transport(baseUrl: string): {
		request(options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest;
	};
	/**
	 * Whether the whole request was handed to the operating system. Before that, no server can have read all of it.
	 */
	isWritten(): boolean;
}

/** Records whether one request was written completely. */
export function watchSending(): Sending {
	let written = false;
	return {
		transport: (baseUrl) => ({
			request: (options, onAnswer) => {
				const request = (/^https:/i.test(baseUrl) ? httpsRequest : httpRequest)(options, onAnswer);
				request.once('finish', () => {
					written = true;
				});
				return request;
			},
		}),
		isWritten: () => written,
	};
}
