import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { parseForm } from '../test/support/form';
import { encodeForm, type FormPart } from './form';

const file = (name: string, bytes: Buffer, known = true): FormPart => ({
	name,
	fileName: `${name}.png`,
	mimeType: 'image/png',
	bytes: known ? bytes.length : null,
	open: async () => Readable.from([bytes]),
});
const parse = async (parts: FormPart[]) => {
	const { data, headers } = await encodeForm(parts);
	const body = await buffer(data);
	return { form: await parseForm(body, headers['content-type']), headers, length: body.length };
};

it('another implementation reads the texts and files that were put in, in order', async () => {
	const { form } = await parse([
		{ name: 'prompt', value: '灯塔 🦊\r\n"x"' },
		file('a', Buffer.from([1, 2, 3])),
		file('a', Buffer.from([4])),
	]);
	expect(form.get('prompt')).toBe('灯塔 🦊\r\n"x"');
	const files = form.getAll('a') as File[];
	expect(files.map(({ name, type, size }) => [name, type, size])).toEqual([
		['a.png', 'image/png', 3],
		['a.png', 'image/png', 1],
	]);
	expect(Buffer.from((await files[0]?.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(Buffer.from([1, 2, 3]));
});

it('has a length only if every file has one', async () => {
	const known = await parse([{ name: 'prompt', value: 'ä' }, file('a', Buffer.alloc(1000))]);
	expect(known.headers['content-length']).toBe(String(known.length));
	expect((await parse([file('a', Buffer.alloc(1000), false)])).headers['content-length']).toBeUndefined();
});

it('a file is opened again for every attempt', async () => {
	let opened = 0;
	const part: FormPart = {
		name: 'a',
		fileName: 'a.png',
		mimeType: 'image/png',
		bytes: 1,
		open: async () => Readable.from([Buffer.from([++opened])]),
	};
	await parse([part]);
	await parse([part]);
	expect(opened).toBe(2);
});

it('whatever a text holds, it is one field', async () => {
	await fc.assert(
		fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
			const { form } = await parse([
				{ name: 'prompt', value: text },
				{ name: 'count', value: '1' },
			]);
			expect([...form.keys()]).toEqual(['prompt', 'count']);
			expect(form.get('prompt')).toBe(text.toWellFormed());
		}),
		{ numRuns: 50 },
	);
});
