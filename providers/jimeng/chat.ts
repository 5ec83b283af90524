import { excerpt } from '../../http/json';
import { ImageError, toImageError } from '../../model/errors';
import { bodyOf, failureInText, terms } from './errors';
import { chatChunk } from './wire';

/** What a chat came to. */
export interface ChatResult {
	/** The text of every choice, in their order. */
	text: string;
	/** Addresses in the text, each once: a video's is said twice. */
	urls: string[];
	/** Whether the server said that it had ended. */
	finished: boolean;
	/** Why it did not end well; what came before is in the other fields. */
	error: ImageError | null;
}

/** Puts a streamed chat together. Never throws for the stream's own failure but for a stop: what came is kept. */
export async function readChatStream(events: AsyncIterable<string>): Promise<ChatResult> {
	const texts = new Map<number, string>();
	let done = false;
	let stopped = false;
	let unreadable: string | null = null;
	let error: ImageError | null = null;
	try {
		for await (const data of events) {
			if (data.trim() === '[DONE]') {
				done = true;
				break;
			}
			const body = bodyOf({ status: 200, headers: {} }, data, Date.now());
			const chunk = chatChunk.safeParse(body);
			// An unreadable chunk costs its own text only.
			if (!chunk.success) unreadable ??= data;
			for (const { index, delta, message, finish_reason } of chunk.data?.choices ?? []) {
				texts.set(index ?? 0, (texts.get(index ?? 0) ?? '') + (delta?.content ?? message?.content ?? ''));
				// Several pictures end several times, so only [DONE] or the end of the stream is the end.
				if (finish_reason) stopped = true;
			}
		}
	} catch (thrown) {
		error = toImageError(thrown);
		if (error.code === 'canceled') throw error;
	}
	const text = [...texts]
		.sort(([a], [b]) => a - b)
		.map(([, part]) => part)
		.join('');
	const result = resultOf(text);
	const finished = done || stopped;
	if (!error && !finished)
		error = new ImageError('network', {
			message: 'The stream ended before the answer was complete',
			hint: terms.hint,
			retryable: false,
			delivery: 'ambiguous',
		});
	if (!error && unreadable !== null && result.urls.length === 0)
		error = new ImageError('malformedResponse', {
			message: `A part of the stream cannot be read: ${excerpt(unreadable)}`,
			hint: terms.hint,
			retryable: false,
		});
	return { ...result, finished, error: error ?? result.error };
}

/** A chat's text with the addresses in it; one that holds none and speaks of a failure is a failure. */
export function resultOf(text: string): ChatResult {
	const urls = urlsIn(text);
	return { text, urls, finished: true, error: urls.length === 0 ? (failureInText(text) ?? null) : null };
}

/** Addresses in Markdown pictures, links, HTML and bare. */
export function urlsIn(text: string): string[] {
	return [
		...new Set(
			[...text.matchAll(/https?:\/\/[^\s<>"'()[\]]+/g)].map(([url]) => url.replace(/[.,;!?。，；]+$/, '')),
		),
	];
}
