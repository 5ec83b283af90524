import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type Loopback, loopback } from './loopback';

export interface EchoedAnswer {
	status: number;
	headers: Record<string, string>;
	body: string;
}

/** How a server repeats a key in an answer. @param written the key, in one of its forms */
export type Echo = (answer: EchoedAnswer, written: string) => EchoedAnswer;

const json = { 'content-type': 'application/json' };
const failed = (status: number, body: (written: string) => string, headers: Record<string, string> = json): Echo => {
	return (_answer, written) => ({ status, headers, body: body(written) });
};
/** An error in the forms of all backends. The form is not escaped again: it is a part of the JSON. */
const problem = (written: string) =>
	`{"error":{"message":"${written}","code":"${written}","status":"${written}","details":["${written}"]},` +
	`"success":false,"message":"${written}","code":400,"data":null,` +
	`"detail":[{"loc":["${written}"],"msg":"${written}"}]}`;
/** Texts in which a backend may repeat what it got. */
const texts = /("(?:message|prompt|error|name|filename|fileName|revised_prompt|model|errorMessage|text)"\s*:\s*")/g;

export const echoes = {
	problem: failed(400, problem),
	'the error of a wrong key': failed(401, (written) => `{"error":"${written}","success":false}`),
	'the error of a busy server': failed(429, problem),
	'the error of a broken server': failed(500, (written) => `{"code":500,"message":"${written}","data":null}`),
	'an error under 200': failed(200, (written) => `{"code":-2000,"message":"${written}","data":null,"success":false}`),
	page: failed(403, (written) => `<html><b>${written}</b></html>`, { 'content-type': 'text/html' }),
	'a page under 200': failed(200, (written) => `<html>${written}</html>`, { 'content-type': 'text/html' }),
	'broken JSON': failed(200, (written) => `{"data": [{"url": "${written}`),
	'a redirect': (_answer, written) => ({
		status: 302,
		headers: { location: `https://elsewhere.example/?key=${written}` },
		body: written,
	}),
	headers: (answer, written) => ({
		...answer,
		headers: { ...answer.headers, 'retry-after': written, 'x-request-id': written, server: written },
	}),
	'further fields': (answer, written) => ({
		...answer,
		body: answer.body.replaceAll('{"', `{"youSent":"${written}","`),
	}),
	texts: (answer, written) => ({ ...answer, body: answer.body.replace(texts, (name) => `${name}${written} `) }),
} satisfies Record<string, Echo>;

/** A server in front of a stand-in that repeats a key in the stand-in's answers of JSON. */
export interface EchoProxy extends Loopback {
	/** From the next request on. */
	echo: (how: Echo, written: string) => void;
}

export async function echoProxy(target: string): Promise<EchoProxy> {
	let how: Echo = (answer) => answer;
	let written = '';
	const answer = async (request: IncomingMessage, response: ServerResponse) => {
		const body = await buffer(request);
		const { host: _host, 'content-length': _length, connection: _connection, ...headers } = request.headers;
		const real = await fetch(`${target}${request.url ?? '/'}`, {
			method: request.method ?? 'GET',
			headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
			...(body.length > 0 ? { body } : {}),
			redirect: 'manual',
		});
		const bytes = Buffer.from(await real.arrayBuffer());
		const type = real.headers.get('content-type') ?? '';
		if (type.startsWith('image/')) return void response.writeHead(real.status, { 'content-type': type }).end(bytes);
		const echoed = how({ status: real.status, headers: { 'content-type': type }, body: bytes.toString() }, written);
		response.writeHead(echoed.status, echoed.headers).end(echoed.body);
	};
	const server = await loopback((request, response) => {
		answer(request, response).catch((error: unknown) => response.writeHead(502).end(String(error)));
	});
	return {
		...server,
		echo: (next, form) => {
			how = next;
			written = form;
		},
	};
}
