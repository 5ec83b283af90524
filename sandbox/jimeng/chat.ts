import { randomUUID } from 'node:crypto';
import type { Settings } from './settings';

interface Answer {
	id: string;
	model: string;
	urls: readonly string[];
	isVideo: boolean;
	dialect: Settings['dialect'];
}

const created = () => Math.floor(Date.now() / 1000);

/** A chat's whole answer, as the document shows it. */
export function answerOf({ id, model, urls, isVideo }: Answer) {
	const content = urls
		.map((url, index) => (isVideo ? `![video](${url})` : `![image${urls.length > 1 ? `_${index}` : ''}](${url})`))
		.join('\n');
	return {
		id: `chatcmpl-${id}`,
		object: 'chat.completion',
		created: created(),
		model,
		choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
		usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
	};
}

/**
 * The events of a streamed chat. The real server gives each event a new id and no `created`, and sends the URL of a
 * video twice.
 */
export function chunksOf({
	id,
	model,
	urls,
	isVideo,
	dialect,
	failure,
}: Answer & { failure: string | null }): string[] {
	const real = dialect === 'real';
	const chunk = (index: number, content: string, finish_reason: string | null) => {
		const event = {
			id: `chatcmpl-${real ? randomUUID() : id}`,
			object: 'chat.completion.chunk',
			...(real ? {} : { created: created() }),
			model,
			choices: [{ index, delta: { role: 'assistant', content }, finish_reason }],
		};
		return `data: ${JSON.stringify(event)}\n\n`;
	};
	const begin = chunk(0, isVideo ? '🎬 视频生成中，请稍候...' : '🎨 图像生成中，请稍候...', null);
	const end = 'data: [DONE]\n\n';
	if (failure !== null)
		return [
			begin,
			chunk(1, `生成失败: ${failure}${failure === 'CONTENT_FILTERED' ? ' 内容审核未通过' : ''}`, 'stop'),
			end,
		];
	if (isVideo)
		return [
			begin,
			chunk(1, `\n\n✅ 视频生成完成！\n\n[点击查看](${urls[0]})\n\n`, real ? null : 'stop'),
			...(real ? [chunk(1, `![video](${urls[0]})`, 'stop')] : []),
			end,
		];
	return [
		begin,
		...urls.map((url, place) =>
			chunk(place + 1, `![image](${url})`, place === urls.length - 1 || real ? 'stop' : null),
		),
		end,
	];
}
