import { buffer } from 'node:stream/consumers';
import type { INodeExecutionData } from 'n8n-workflow';
import type { ApiStream } from '../../http/apiClient';
import type { FormPart } from '../../http/form';
import { pathSegment } from '../../http/path';
import { ImageError, outcomeOf } from '../../model/errors';
import type { AiBatchSession } from '../../providers/aiBatch/adapter';
import type { FreeCall } from '../../providers/aiBatch/client';
import { bodyOf } from '../../providers/aiBatch/errors';
import { inputFile } from '../pictures/inputFile';
import type { OperationCall, OperationRun } from '../operations/operation';
import { promptsOf } from '../operations/lists';
import { jobOf, operationResult } from '../operations/paid';
import { answerItem, fileItem, jsonParameter, requiredText } from '../operations/run';
import { textParameter } from '../parameters/parameters';
import { itemOf, noImage, resultOf, withPictures } from './answer';
import type { Call } from './call';
import { operations } from './operations';

type ItemCall = OperationCall<AiBatchSession>;

/** Longest a tool may take with an image. */
const timeoutMs = 5 * 60_000;

/**
 * Each operation by `resource:operation`, made from the table. Reads are repeated when they fail on the way, the others
 * never.
 */
export const runs: Readonly<Record<string, OperationRun<AiBatchSession>>> = Object.fromEntries(
	operations.map((call) => [`${call.resource}:${call.operation}`, (item: ItemCall) => run(call, item)]),
);

async function run(call: Call, item: ItemCall): Promise<INodeExecutionData[]> {
	const request = requestOf(call, item);
	if (call.isPaid) return [await runPaid(call, item, request)];
	const outcome = await outcomeOf(send(call, item, request));
	if (outcome.ok) return [outcome.value];
	// Asked under its other address only where the first says that it has no such thing.
	if (call.alternativePath === undefined || outcome.error.code !== 'notFound' || outcome.error.httpStatus === null)
		throw outcome.error;
	return [await send(call, item, { ...request, path: call.alternativePath })];
}

async function send(call: Call, item: ItemCall, request: FreeCall): Promise<INodeExecutionData> {
	const { endpoint, signal } = item;
	const ask = async ({ client }: AiBatchSession) => {
		const answer = await client.open({ ...request, signal, timeoutMs }, call.accept);
		const type = typeOf(answer);
		if (!isText(type))
			return await fileItem(item, answer, {
				fileName: fileNameOf(answer.headers['content-disposition'], request.path),
				mimeType: type,
			});
		return await withPictures(item.context, answerItem(item, jsonIn(answer.headers, await answer.text())));
	};
	return call.method === 'GET' ? await endpoint.read(ask, signal) : await ask(endpoint.session);
}

/** A call that the upstream may charge for: its answer is kept, so that no retry asks twice. */
async function runPaid(call: Call, item: ItemCall, request: FreeCall): Promise<INodeExecutionData> {
	const { context, endpoint, itemIndex, signal, paid } = item;
	const field = call.takesFile ? textParameter(context, 'binaryField', itemIndex) : '';
	const references = field === '' ? [] : [{ kind: 'binary' as const, ...inputFile(context, itemIndex, field) }];
	// Keys stay out of the hash: they are the credential's.
	const { form: _form, signal: _signal, ...described } = request;
	const snapshot = await paid.run({
		endpoint,
		itemIndex,
		signal,
		name: `${call.resource}:${call.operation}`,
		request: { ...described, body: bodyFor(call, item, false) },
		references,
		images: call.resource === 'batch' ? promptsOf(item).length : 1,
		maxWaitMs: timeoutMs,
		submit: async ({ paid: charge }) =>
			await charge(
				0,
				async () => {
					const answer = await endpoint.session.client.open({ ...request, signal, timeoutMs }, call.accept);
					const type = typeOf(answer);
					if (isText(type)) return resultOf(jsonIn(answer.headers, await answer.text()));
					const fileName = fileNameOf(answer.headers['content-disposition'], request.path);
					return operationResult('aiBatch', { fileName, mimeType: type }, [
						{ ...noImage, fileName, mimeType: type, inline: await buffer(answer.body) },
					]);
				},
				() => null,
			),
	});
	return await itemOf(context, itemIndex, { ...snapshot, output: { ...snapshot.output, ...jobOf(snapshot) } });
}

const typeOf = ({ headers }: Pick<ApiStream, 'headers'>) =>
	headers['content-type']?.split(';')[0]?.trim() || 'application/octet-stream';
const isText = (type: string) => /json|text\//i.test(type);

function jsonIn(headers: Record<string, string>, text: string): unknown {
	const body = bodyOf({ status: 200, headers }, text, Date.now());
	if (body === undefined)
		throw new ImageError('malformedResponse', {
			message: 'The server answered with something that is no JSON',
			hint: 'Does the base URL lead to the API, and not to a web page?',
			retryable: false,
		});
	return body;
}

function requestOf(call: Call, item: ItemCall): FreeCall {
	const { context, itemIndex } = item;
	const path = call.path.replace(/\{(\w+)\}/g, (_whole, name: string) =>
		pathSegment(requiredText(item, name, displayNameOf(call, name))),
	);
	const query = Object.fromEntries(
		(call.query ?? []).map((name) => [name, textParameter(context, name, itemIndex) || undefined]),
	);
	const common = { method: call.method, path, ...(call.query ? { query } : {}) };
	if (call.method === 'GET' || call.method === 'DELETE') return common;
	const body = bodyFor(call, item);
	const field = call.takesFile ? textParameter(context, 'binaryField', itemIndex) : '';
	if (field === '') return { ...common, json: body };
	const { fileName, mimeType, bytes, open } = inputFile(context, itemIndex, field);
	const form: FormPart[] = [
		...Object.entries(body).map(
			([name, value]): FormPart => ({ name, value: typeof value === 'string' ? value : JSON.stringify(value) }),
		),
		{ name: textParameter(context, 'formField', itemIndex) || 'image', fileName, mimeType, bytes, open },
	];
	return { ...common, form };
}

/** @param withKeys whether the upstream of the credential and its key go along */
function bodyFor(call: Call, item: ItemCall, withKeys = true): Record<string, unknown> {
	const { context, itemIndex } = item;
	const upstream = withKeys ? item.endpoint.session.upstream : {};
	if (call.resource === 'batch') {
		const imageSize = textParameter(context, 'imageSize', itemIndex);
		return { prompts: promptsOf(item), settings: { ...(imageSize ? { image_size: imageSize } : {}), ...upstream } };
	}
	const named = Object.entries(call.body ?? {}).flatMap(([name, key]): Array<[string, unknown]> => {
		const field = call.fields?.find((candidate) => candidate.name === name);
		if (field?.type === 'json') return [[key, jsonParameter(item, name, field.displayName)]];
		const value = field?.required
			? requiredText(item, name, field.displayName)
			: textParameter(context, name, itemIndex);
		return value === '' ? [] : [[key, value]];
	});
	return {
		...(call.withUpstream ? upstream : {}),
		...(call.hasFreeBody ? jsonParameter(item, 'bodyJson', 'Body (JSON)') : {}),
		...Object.fromEntries(named),
	};
}

const displayNameOf = (call: Call, name: string) =>
	call.fields?.find((field) => field.name === name)?.displayName ?? name;

function fileNameOf(disposition: string | undefined, path: string): string {
	return (
		/filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1] ?? decodeURIComponent(path.split('/').at(-1) ?? 'file')
	);
}
