import type { IDataObject } from 'n8n-workflow';
import { ImageError } from '../../../model/errors';
import type { JimengSession } from '../../../providers/jimeng/adapter';
import type { ChatBody } from '../../../providers/jimeng/wire';
import { booleanField, type Property, textField } from '../../operations/field';
import { jobOf, type OperationCall } from '../../operations/operation';
import { PartialAnswer } from '../../operations/partialAnswer';

export type Call = OperationCall<JimengSession>;

/** The parts of a chat other than its messages. */
export interface ChatOptions {
	maxWaitMs: number;
	isStreamed: boolean;
}

export const modelField = (models: readonly string[], preset: string) =>
	textField(
		{
			displayName: 'Model',
			name: 'model',
			type: 'options',
			options: models.map((model) => ({ name: model, value: model })),
			default: preset,
			description: 'The model to use; an expression may name another',
		},
		{ isRequired: true },
	);

const download: Omit<Property<'download'>, 'description'> = {
	displayName: 'Download',
	name: 'download',
	type: 'boolean',
	default: true,
};

export const downloadField = (description: string) => booleanField({ ...download, description });

export const streamField = booleanField({
	displayName: 'Stream',
	name: 'stream',
	type: 'boolean',
	default: true,
	description:
		'Whether the server sends the answer in parts. This keeps a proxy from closing a connection that is silent ' +
		'for minutes.',
});

export const maxWaitText = 'Longest time given to the answer. After it, the site continues, and charges.';

/**
 * Sends a chat, which generates and is paid. Returns the answer as the item's JSON: `text`, `urls`, `finished`,
 * `model`, `job`. Throws PartialAnswer if a part arrived before the failure.
 */
export async function payChat(call: Call, body: ChatBody, options: ChatOptions): Promise<IDataObject> {
	const { maxWaitMs, isStreamed } = options;
	let arrived: IDataObject | undefined;
	const send = async (timeoutMs: number): Promise<IDataObject> => {
		const { text, urls, finished, error } = await answerTo(call, body, { isStreamed, timeoutMs });
		arrived = { text, urls, finished, model: body.model };
		// An address is the paid result, so it matters more than the error.
		if (error && urls.length === 0) throw error;
		return error ? { ...arrived, problem: error.message } : arrived;
	};
	try {
		const made = await call.pay({
			request: { ...body, isStreamed },
			images: 1,
			maxWaitMs,
			submit: async (submit) => {
				const timeoutMs = Math.max(1_000, submit.maxWaitMs);
				const output = await submit.paid(
					0,
					() => send(timeoutMs),
					() => null,
				);
				return call.result(output);
			},
		});
		return { ...(made.output as IDataObject | undefined), job: jobOf(made) };
	} catch (thrown) {
		const isFailure = thrown instanceof ImageError && thrown.code !== 'canceled';
		throw arrived && isFailure ? new PartialAnswer(thrown, arrived) : thrown;
	}
}

async function answerTo(
	{ endpoint, signal }: Call,
	body: ChatBody,
	{ isStreamed, timeoutMs }: { isStreamed: boolean; timeoutMs: number },
) {
	const { readChatStream, resultOf } = await import('../../../providers/jimeng/chat');
	const { client } = endpoint.session;
	if (isStreamed)
		return await readChatStream(client.chatStream(body, { signal, timeoutMs }), endpoint.config.secrets);
	const { choices } = await client.chat(body, { signal, timeoutMs });
	return resultOf(choices.map(({ message }) => message.content ?? '').join('\n'));
}

/** The addresses in the JSON that `payChat` returned. */
export const urlsOf = ({ urls }: IDataObject): string[] =>
	Array.isArray(urls) ? (urls as unknown[]).filter((url): url is string => typeof url === 'string') : [];
