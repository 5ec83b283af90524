import type { ImageRequest } from '../../model/request';
import { geminiAdapter } from '../../providers/gemini/adapter';
import { jsonServer } from './jsonServer';

/** Sessions with a server that answers like Gemini, and parts of its answers. */

export const data = Buffer.from('a picture').toString('base64');
const inline = Buffer.from('a picture');
export const request: ImageRequest = { prompt: 'A fox', count: 1 };

export function session(reply: Parameters<typeof jsonServer>[0], more: object = {}) {
	const server = jsonServer(reply);
	return {
		...server,
		...geminiAdapter.connect(geminiAdapter.endpoint({ apiKey: 'AIza-key', ...more }), server.transport),
	};
}
export const bodyOf = (text: string | undefined) => JSON.parse(text ?? '{}') as Record<string, unknown>;
export const picture = (mimeType: string | null = 'image/png') => ({
	inlineData: { ...(mimeType ? { mimeType } : {}), data },
});
export const candidate = (...parts: object[]) => ({ content: { parts }, finishReason: 'STOP' });
export const image = (index: number, more: object = {}) => ({
	index,
	url: null,
	fileName: `image_${index}`,
	mimeType: 'image/png',
	width: null,
	height: null,
	bytes: null,
	seed: null,
	inline,
	...more,
});
