import { excerpt } from '../../../http/json';
import { ImageError } from '../../../model/errors';
import type { JimengSession } from '../../../providers/jimeng/adapter';
import { videoModels } from '../../../providers/jimeng/models';
import { textField } from '../../operations/field';
import { maxWaitField } from '../../operations/fields';
import { defineOperation, type Resource } from '../../operations/operation';
import { keepingAnswer, PartialAnswer } from '../../operations/partialAnswer';
import { promptField } from '../../parameters/commonFields';
import { type Call, downloadField, maxWaitText, modelField, payChat, streamField, urlsOf } from './chatRequest';

const generate = defineOperation({
	operation: 'generate',
	name: 'Generate',
	description: 'Generate a video from a prompt, which takes minutes',
	action: 'Generate a video',
	endpoints: ['POST /v1/chat/completions', 'GET /files/{id}/{file}'],
	fields: [
		textField(promptField('What the video should show', 'e.g. Waves breaking on a coast')),
		modelField(videoModels, 'jimeng-video-3.0'),
		maxWaitField(900, maxWaitText),
		downloadField('Whether to download the video as binary data'),
		streamField,
	],
	run: async ({ prompt, model, maxWait, download, stream }, call: Call) => {
		const body = { model, messages: [{ role: 'user' as const, content: prompt }] };
		const json = await payChat(call, body, { maxWaitMs: maxWait, isStreamed: stream });
		const [url] = urlsOf(json);
		if (url === undefined) throw new PartialAnswer(withoutVideo(json['text']), json);
		if (!download) return [call.item({ ...json, url })];
		const { data, fileName, mimeType, bytes } = await keepingAnswer(json, call.downloadVideo(url));
		return [{ ...call.item({ ...json, url, fileName, mimeType, bytes }), binary: { data } }];
	},
});

function withoutVideo(text: unknown): ImageError {
	return new ImageError('malformedResponse', {
		message: `Jimeng answered without a video (${excerpt(typeof text === 'string' ? text : '')})`,
		hint: 'Check the site before you try again: the video may be ready there',
		retryable: false,
	});
}

export const video: Resource<JimengSession> = { value: 'video', name: 'Video', operations: [generate] };
