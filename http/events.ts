import type { Readable } from 'node:stream';
import { takeBreak } from './breaks';

/**
 * The data of each server-sent event of a body, independent of chunk boundaries. Comments and other fields are left
 * out.
 */
export async function* serverSentEvents(body: Readable): AsyncGenerator<string> {
	const { createParser } = await import('eventsource-parser');
	const ready: string[] = [];
	const parser = createParser({ onEvent: ({ data }) => ready.push(data) });
	const decoder = new TextDecoder();
	for await (const chunk of body) {
		parser.feed(decoder.decode(chunk as Buffer, { stream: true }));
		for (const data of ready.splice(0)) {
			yield data;
			await takeBreak();
		}
	}
	// A server may close without the empty line after the last event, which still counts.
	parser.feed(`${decoder.decode()}\n\n`);
	yield* ready.splice(0);
}
