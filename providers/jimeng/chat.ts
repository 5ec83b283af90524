import { excerpt } from '../../http/json';
import { redact } from '../../http/redact';
import { ImageError, toImageError } from '../../model/errors';
import { maxImages } from '../../model/imageCount';
import { bodyOf, failureInText, terms } from './errors';
import { chatChunk } from './wire';

/** The result of a chat. */
export interface ChatResult {
	/** The text of every choice, in their order. */
	text: string;
	/** Addresses in the text, each once: the text names a video twice. */
	urls: string[];
	/** Whether the server reported the end. */
	finished: boolean;
	/** Why it failed; the other fields contain what arrived before. */
	error: ImageError | null;
}

/**
 * Joins the parts of a streamed chat. If the stream fails, the result has the error and all that arrived before it.
 * Throws only if the execution is stopped.
 * @param secrets are masked in the joined text: a server sends a text in small parts, which may cut a secret
 */
export async function readChatStream(events: AsyncIterable<string>, secrets: readonly string[]): Promise<ChatResult> {
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
			// An unreadable chunk loses only its own text.
			if (!chunk.success) unreadable ??= data;
			for (const { index, delta, message, finish_reason } of chunk.data?.choices ?? []) {
				texts.set(index ?? 0, (texts.get(index ?? 0) ?? '') + (delta?.content ?? message?.content ?? ''));
				// Several images have several finish reasons, so only [DONE] or the end of the stream is the end.
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
	const result = resultOf(redact(text, secrets));
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

/** A chat's text with the addresses in it. A text without an address that mentions a failure is a failure. */
export function resultOf(text: string): ChatResult {
	const urls = urlsIn(text);
	return { text, urls, finished: true, error: urls.length === 0 ? (failureInText(text) ?? null) : null };
}

/** Addresses in Markdown images, links, HTML and plain text, as many as a job may have images. */
export function urlsIn(text: string): string[] {
	const urls = new Set<string>();
	let looked = 0;
	for (const [url] of text.matchAll(/https?:\/\/[^\s<>"'()[\]]+/g)) {
		// The same address may stand there any number of times.
		if (urls.size >= maxImages || ++looked > 10 * maxImages) break;
		urls.add(withoutStops(url));
	}
	return [...urls];
}

/** Without the punctuation of the sentence around it. */
function withoutStops(url: string): string {
	let end = url.length;
	while (end > 0 && '.,;!?。，；'.includes(url.charAt(end - 1))) end--;
	return url.slice(0, end);
}
