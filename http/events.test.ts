import { Readable } from 'node:stream';
import fc from 'fast-check';
import { serverSentEvents } from './events';

const read = async (chunks: Iterable<Buffer>) => {
	const events: string[] = [];
	for await (const data of serverSentEvents(Readable.from(chunks))) events.push(data);
	return events;
};

it('gives the data of each event, and nothing of comments and other fields', async () => {
	expect(
		await read([
			Buffer.from(': hello\n\nevent: x\nid: 1\ndata: {"a":1}\n\ndata: one\ndata: two\n\ndata: [DONE]\n\n'),
		]),
	).toEqual(['{"a":1}', 'one\ntwo', '[DONE]']);
});

it('an event without its last empty line still counts', async () => {
	expect(await read([Buffer.from('data: a\n\ndata: b')])).toEqual(['a', 'b']);
	expect(await read([Buffer.from('data: a\n\ndata: b\n')])).toEqual(['a', 'b']);
});

it('it does not matter where chunks are cut, nor which line ends are used', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\r\n]/.test(text))),
			fc.constantFrom('\n', '\r\n', '\r'),
			fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
			async (texts, end, sizes) => {
				const whole = Buffer.from(texts.map((text) => `data: ${text}${end}${end}`).join(''));
				const chunks: Buffer[] = [];
				for (let at = 0, turn = 0; at < whole.length; turn++) {
					const size = sizes[turn % sizes.length] ?? 1;
					chunks.push(whole.subarray(at, at + size));
					at += size;
				}
				expect(await read(chunks)).toEqual(texts);
			},
		),
		{ numRuns: 100 },
	);
});
