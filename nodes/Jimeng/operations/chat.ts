import type { IBinaryData, IBinaryKeyData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { parseJson } from '../../../http/json';
import type { JimengSession } from '../../../providers/jimeng/adapter';
import { imageModels, videoModels } from '../../../providers/jimeng/models';
import type { ChatBody } from '../../../providers/jimeng/wire';
import { type Field, invalid, textField } from '../../operations/field';
import { maxWaitField } from '../../operations/fields';
import { defineOperation, type Resource } from '../../operations/operation';
import { keepingAnswer } from '../../operations/partialAnswer';
import { promptField } from '../../parameters/commonFields';
import { type Call, downloadField, maxWaitText, modelField, payChat, streamField, urlsOf } from './chatRequest';

const messagesField: Field<'messages', ChatBody['messages']> = {
	name: 'messages',
	properties: [
		{
			displayName: 'Earlier Messages',
			name: 'messages',
			type: 'json',
			default: '[]',
			description: 'The messages before, as a JSON array of <code>{"role": "user", "content": "…"}</code>',
		},
	],
	read: ({ parameter }) => {
		const value = parameter('messages', []);
		const given: unknown = typeof value === 'string' ? parseJson(value || '[]') : value;
		const messages = Array.isArray(given) ? (given as unknown[]).flatMap(messageOf) : [];
		if (Array.isArray(given) && messages.length === given.length) return messages;
		throw invalid(
			'Earlier Messages is not a JSON array of messages',
			'Write it as [{"role": "user", "content": "…"}]',
		);
	},
};

const roles = ['system', 'user', 'assistant'] as const;

/** A list with one message; empty if the value is not a message. */
function messageOf(value: unknown): ChatBody['messages'] {
	const { role, content } = (value ?? {}) as Record<string, unknown>;
	const known = roles.find((name) => name === role);
	return known !== undefined && typeof content === 'string' ? [{ role: known, content }] : [];
}

const complete = defineOperation({
	operation: 'complete',
	name: 'Complete',
	description: 'Ask for images in the words of a chat, with earlier messages if there are any',
	action: 'Complete a chat',
	endpoints: ['POST /v1/chat/completions', 'GET /files/{id}/{file}'],
	fields: [
		textField(promptField('The last message', 'e.g. 画一幅山水画')),
		modelField([...imageModels, ...videoModels], imageModels[0]),
		messagesField,
		maxWaitField(300, maxWaitText),
		downloadField('Whether to download the images of the answer as binary data: image_0, image_1 and so on'),
		streamField,
	],
	run: async ({ prompt, model, messages, maxWait, download, stream }, call: Call) => {
		const body: ChatBody = { model, messages: [...messages, { role: 'user', content: prompt }] };
		const json = await payChat(call, body, { maxWaitMs: maxWait, isStreamed: stream });
		return [download ? await withFiles(call, json) : call.item(json)];
	},
});

/** Adds the images and videos of the answer as binary data. */
async function withFiles(call: Call, json: IDataObject): Promise<INodeExecutionData> {
	const { binaryName } = await import('../../items/items');
	const binary: IBinaryKeyData = {};
	for (const [index, url] of urlsOf(json).entries()) {
		const isVideo = /\.(mp4|webm|mov)(\?|$)/i.test(url);
		const download: Promise<{ data: IBinaryData }> = isVideo ? call.downloadVideo(url) : call.downloadImage(url);
		binary[binaryName(index)] = (await keepingAnswer(json, download)).data;
	}
	return { ...call.item(json), ...(Object.keys(binary).length > 0 ? { binary } : {}) };
}

export const chat: Resource<JimengSession> = { value: 'chat', name: 'Chat', operations: [complete] };
