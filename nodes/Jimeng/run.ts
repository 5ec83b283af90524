import type { IBinaryData, IBinaryKeyData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { z } from 'zod4';
import { excerpt, parseJson } from '../../http/json';
import { ImageError } from '../../model/errors';
import type { JimengSession } from '../../providers/jimeng/adapter';
import { readChatStream, resultOf } from '../../providers/jimeng/chat';
import type { ChatBody } from '../../providers/jimeng/wire';
import { downloadPicture, downloadVideo } from '../pictures/downloadFile';
import { binaryName } from '../items/items';
import { type OperationCall, type OperationRun, PartialAnswer } from '../operations/operation';
import { jobOf, operationResult } from '../operations/paid';
import { answerItem, requiredText } from '../operations/run';
import { readMaxWait, textParameter } from '../parameters/parameters';

type Call = OperationCall<JimengSession>;

/** Each operation by `resource:operation`. A chat generates, and is paid. */
export const runs: Readonly<Record<string, OperationRun<JimengSession>>> = {
	'chat:complete': async (call) => {
		const json = await chat(call, 'chat:complete', 300);
		return [await withPictures(call, json)];
	},
	'video:generate': async (call) => {
		const json = await chat(call, 'video:generate', 900);
		const [url] = urlsOf(json);
		if (url === undefined)
			throw new PartialAnswer(
				new ImageError('malformedResponse', {
					message: `Jimeng answered without a video (${excerpt(typeof json['text'] === 'string' ? json['text'] : '')})`,
					hint: 'Look at the site before you try again: it may be ready there',
					retryable: false,
				}),
				json,
			);
		if (!call.context.getNodeParameter('download', call.itemIndex, true))
			return [{ json: { ...json, url }, pairedItem: { item: call.itemIndex } }];
		const { data, fileName, mimeType, bytes } = await keeping(
			json,
			downloadVideo(call.context, url, call.endpoint, call.signal),
		);
		return [
			{
				json: { ...json, url, fileName, mimeType, bytes },
				binary: { data },
				pairedItem: { item: call.itemIndex },
			},
		];
	},
	'model:getAll': async (call) =>
		(await call.endpoint.read(({ client }) => client.models({ signal: call.signal }), call.signal)).map((id) =>
			answerItem(call, { id }),
		),
};

const earlier = z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }));

/** What a chat came to, as the item's JSON. What came before a failure goes along with the error. */
async function chat(call: Call, name: string, longestSeconds: number): Promise<IDataObject> {
	const { context, endpoint, itemIndex, signal, paid } = call;
	const body: ChatBody = {
		model: requiredText(call, 'model', 'Model'),
		messages: [...messagesOf(call), { role: 'user', content: requiredText(call, 'prompt', 'Prompt') }],
	};
	const maxWaitMs = readMaxWait(context, itemIndex, longestSeconds);
	const isStreamed = context.getNodeParameter('stream', itemIndex, true) === true;
	const { client } = endpoint.session;
	let came: IDataObject | undefined;
	const ask = async (timeoutMs: number): Promise<IDataObject> => {
		const options = { signal, timeoutMs };
		const { text, urls, finished, error } = isStreamed
			? await readChatStream(client.chatStream(body, options))
			: resultOf(
					(await client.chat(body, options)).choices.map(({ message }) => message.content ?? '').join('\n'),
				);
		came = { text, urls, finished, model: body.model };
		// An address is what was paid for, whatever went wrong beside it.
		if (error && urls.length === 0) throw error;
		return error ? { ...came, problem: error.message } : came;
	};
	try {
		const made = await paid.run({
			endpoint,
			itemIndex,
			signal,
			name,
			request: { ...body, isStreamed },
			images: 1,
			maxWaitMs,
			submit: async (submit) =>
				operationResult(
					'jimeng',
					await submit.paid(
						0,
						() => ask(Math.max(1_000, submit.maxWaitMs)),
						() => null,
					),
				),
		});
		return { ...(made.output as IDataObject | undefined), ...jobOf(made) };
	} catch (thrown) {
		throw came && thrown instanceof ImageError && thrown.code !== 'canceled'
			? new PartialAnswer(thrown, came)
			: thrown;
	}
}

function messagesOf(call: Call): ChatBody['messages'] {
	if (textParameter(call.context, 'resource', call.itemIndex) !== 'chat') return [];
	const value: unknown = call.context.getNodeParameter('messages', call.itemIndex, []);
	const messages = earlier.safeParse(typeof value === 'string' ? parseJson(value || '[]') : value);
	if (messages.success) return messages.data;
	throw new ImageError('invalidRequest', {
		message: 'Earlier Messages is no JSON array of messages',
		hint: 'Write it as [{"role": "user", "content": "…"}]',
		delivery: 'notSent',
	});
}

async function withPictures(call: Call, json: IDataObject): Promise<INodeExecutionData> {
	const binary: IBinaryKeyData = {};
	const urls = urlsOf(json);
	if (call.context.getNodeParameter('download', call.itemIndex, true)) {
		for (const [index, url] of urls.entries()) {
			const load = /\.(mp4|webm|mov)(\?|$)/i.test(url) ? downloadVideo : downloadPicture;
			binary[binaryName(index)] = (
				await keeping<{ data: IBinaryData }>(json, load(call.context, url, call.endpoint, call.signal))
			).data;
		}
	}
	return {
		json,
		...(urls.length > 0 && Object.keys(binary).length > 0 ? { binary } : {}),
		pairedItem: { item: call.itemIndex },
	};
}

const urlsOf = ({ urls }: IDataObject): string[] =>
	Array.isArray(urls) ? (urls as unknown[]).filter((url): url is string => typeof url === 'string') : [];

/** What was generated is paid: a download that fails does not lose its address. */
async function keeping<T>(json: IDataObject, work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (thrown) {
		throw thrown instanceof ImageError && thrown.code !== 'canceled' ? new PartialAnswer(thrown, json) : thrown;
	}
}
