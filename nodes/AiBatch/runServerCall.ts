import { buffer } from 'node:stream/consumers';
import type { INodeExecutionData } from 'n8n-workflow';
import type { ApiStream } from '../../http/apiClient';
import type { FormPart } from '../../http/form';
import { pathSegment } from '../../http/path';
import { ImageError, outcomeOf } from '../../model/errors';
import { nameInHeader, nameInPath } from '../../model/fileName';
import type { AiBatchSession } from '../../providers/aiBatch/adapter';
import type { FreeCall } from '../../providers/aiBatch/client';
import { bodyOf } from '../../providers/aiBatch/errors';
import { jobOf, unknownImage } from '../operations/operation';
import { itemOf, resultOf } from './answer';
import type { Call, ServerCall, ServerRequest } from './serverRequest';

/** Time-out of a call, in ms; long enough for the server's image tools. */
const timeoutMs = 5 * 60_000;

/** A path with its `{param}`s filled in. Throws `invalidRequest` for a value that cannot be a part of a path. */
export function withValues(path: string, values: Readonly<Record<string, unknown>>): string {
	return path.replace(/\{(\w+)\}/g, (_whole, name: string) => pathSegment(String(values[name])));
}

/** Sends the call of one item. Only reads are repeated after retryable errors. */
export async function runServerCall(
	call: Call,
	given: ServerCall,
	request: ServerRequest,
): Promise<INodeExecutionData[]> {
	const [path, alternativePath] = request.paths;
	if (given.isPaid) return [await payServerCall(call, given, request)];
	const outcome = await outcomeOf(send(call, given, freeCall(given, path, request)));
	if (outcome.ok) return [outcome.value];
	const { error } = outcome;
	// The other path is tried only if the server itself answers that it does not have the first path.
	if (!alternativePath || error.code !== 'notFound' || error.httpStatus === null) throw error;
	return [await send(call, given, freeCall(given, alternativePath, request))];
}

async function send(call: Call, { method, accept }: ServerCall, request: FreeCall): Promise<INodeExecutionData> {
	const { endpoint, signal } = call;
	const ask = async ({ client }: AiBatchSession) => {
		const answer = await client.open({ ...request, signal, timeoutMs }, accept);
		const mimeType = typeOf(answer);
		if (!isText(mimeType))
			return await call.fileItem(answer, { fileName: fileNameOf(answer, request.path), mimeType });
		return await itemOf(call, resultOf(call, jsonIn(answer.headers, await answer.text())));
	};
	return method === 'GET' ? await call.read(ask) : await ask(endpoint.session);
}

/** Sends a call that the upstream may charge for. The journal keeps its answer, so a retry does not pay again. */
async function payServerCall(call: Call, given: ServerCall, request: ServerRequest): Promise<INodeExecutionData> {
	const { endpoint, signal } = call;
	const { body, file, images, paths } = request;
	const sent = freeCall(given, paths[0], request);
	const { form: _form, ...described } = sent;
	const snapshot = await call.pay({
		request: { ...described, body },
		references: file ? [{ kind: 'binary', ...file }] : [],
		images,
		maxWaitMs: timeoutMs,
		submit: async ({ paid }) =>
			await paid(
				0,
				async () => {
					const answer = await endpoint.session.client.open({ ...sent, signal, timeoutMs }, given.accept);
					return await paidResult(call, answer, sent.path);
				},
				() => null,
			),
	});
	return await itemOf(call, { ...snapshot, output: { ...snapshot.output, job: jobOf(snapshot) } });
}

/** A paid answer in the form for the journal: JSON, or the file. */
async function paidResult(call: Call, answer: ApiStream, path: string) {
	const mimeType = typeOf(answer);
	if (isText(mimeType)) return resultOf(call, jsonIn(answer.headers, await answer.text()));
	const fileName = fileNameOf(answer, path);
	const inline = await buffer(answer.body);
	return call.result({ fileName, mimeType }, [{ ...unknownImage, fileName, mimeType, inline }]);
}

function freeCall(
	{ method }: ServerCall,
	path: string,
	{ query, bodyWithKeys, file, formField }: ServerRequest,
): FreeCall {
	const common = { method, path, ...(query ? { query } : {}) };
	if (method === 'GET' || method === 'DELETE') return common;
	if (!file) return { ...common, json: bodyWithKeys };
	const { fileName, mimeType, bytes, open } = file;
	const fields = Object.entries(bodyWithKeys).map(
		([name, value]): FormPart => ({ name, value: typeof value === 'string' ? value : JSON.stringify(value) }),
	);
	return { ...common, form: [...fields, { name: formField, fileName, mimeType, bytes, open }] };
}

const typeOf = ({ headers }: Pick<ApiStream, 'headers'>) =>
	headers['content-type']?.split(';')[0]?.trim() || 'application/octet-stream';
const isText = (type: string) => /json|text\//i.test(type);

function jsonIn(headers: Record<string, string>, text: string): unknown {
	const body = bodyOf({ status: 200, headers }, text, Date.now());
	if (body === undefined)
		throw new ImageError('malformedResponse', {
			message: 'The server answered with a text that is not JSON',
			hint: 'Check that the base URL leads to the API, and not to a web page',
			retryable: false,
		});
	return body;
}

function fileNameOf({ headers }: ApiStream, path: string): string {
	return nameInHeader(headers['content-disposition']) ?? nameInPath(path, 'file');
}
