import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { fromBuffer } from 'yauzl';
import { noLineage } from '../lineage';
import { uniqueNames, type ZipEntry, zipOf } from './zip';

const facts = (bytes: number) => ({ mimeType: 'image/png', width: 3, height: 2, bytes });
const entry = (name: string, data: Buffer): ZipEntry => ({
	name,
	lineage: { ...noLineage, prompt: `of ${name}`, seed: 7 },
	facts: facts(data.length),
	open: () => Promise.resolve(Readable.from([data])),
});

async function unzipped(archive: Buffer): Promise<Map<string, { data: Buffer; isStored: boolean }>> {
	const found = new Map<string, { data: Buffer; isStored: boolean }>();
	await new Promise<void>((resolve, reject) => {
		fromBuffer(archive, { lazyEntries: true }, (error, zip) => {
			if (error) return reject(error);
			zip.on('entry', (one: { fileName: string; compressionMethod: number }) => {
				zip.openReadStream(one as never, (failed, stream) => {
					if (failed) return reject(failed);
					buffer(stream).then((data) => {
						found.set(one.fileName, { data, isStored: one.compressionMethod === 0 });
						zip.readEntry();
					}, reject);
				});
			});
			zip.on('end', resolve);
			zip.readEntry();
		});
	});
	return found;
}

it('packs pictures as they are, in their order, with a manifest at the end', async () => {
	const [a, b] = [Buffer.from('first picture'), Buffer.from('second')];
	const { stream, manifest } = await zipOf([entry('cats/a.png', a), entry('b.png', b)], new Date(0));
	const files = await unzipped(await buffer(stream));
	expect([...files.keys()]).toEqual(['cats/a.png', 'b.png', 'manifest.json']);
	expect(files.get('cats/a.png')).toEqual({ data: a, isStored: true });
	expect(JSON.parse(files.get('manifest.json')?.data.toString() ?? '')).toEqual(manifest);
	expect(manifest).toMatchObject([
		{
			name: 'cats/a.png',
			prompt: 'of cats/a.png',
			seed: 7,
			bytes: 13,
			width: 3,
			sha256: createHash('sha256').update(a).digest('hex'),
		},
		{ name: 'b.png' },
	]);
});

it('opens one picture at a time, right before it is written', async () => {
	let open = 0;
	let most = 0;
	const lazy = (n: number): ZipEntry => ({
		...entry(`${n}.png`, Buffer.alloc(300_000, n)),
		open: () => {
			most = Math.max(most, ++open);
			return Promise.resolve(
				Readable.from([Buffer.alloc(300_000, n)]).on('close', () => {
					open -= 1;
				}),
			);
		},
	});
	const { stream } = await zipOf(
		Array.from({ length: 20 }, (_, n) => lazy(n)),
		new Date(0),
	);
	expect((await unzipped(await buffer(stream))).size).toBe(21);
	// The close event of one picture may arrive after the next one is opened.
	expect(most).toBeLessThanOrEqual(2);
});

it.each([
	['cannot be opened', () => Promise.reject(new Error('gone'))],
	[
		'breaks',
		() =>
			Promise.resolve(
				Readable.from(
					(async function* () {
						yield Buffer.from('x');
						throw new Error('gone');
					})(),
				),
			),
	],
])('a picture that %s fails the archive', async (_what, open) => {
	const { stream } = await zipOf(
		[entry('a.png', Buffer.from('a')), { ...entry('b.png', Buffer.from('b')), open }],
		new Date(0),
	);
	await expect(buffer(stream)).rejects.toThrow('gone');
});

it('equal names become unique, also without regard to case, and no name replaces the manifest', () => {
	expect(uniqueNames(['a.png', 'A.png', 'a.png', 'a (2).png', 'b', 'b', 'manifest.json'], ['manifest.json'])).toEqual(
		['a.png', 'A (2).png', 'a (3).png', 'a (2) (2).png', 'b', 'b (2)', 'manifest (2).json'],
	);
});

it('property: whatever is wished for, names are safe, and no two are the same', () => {
	fc.assert(
		fc.property(
			fc.array(fc.oneof(fc.string(), fc.constantFrom('a', 'A', '../a', 'a/../b', 'a.png', 'x/..')), {
				maxLength: 30,
			}),
			(wishes) => {
				const names = uniqueNames(wishes);
				expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
				for (const name of names) {
					expect(name).not.toMatch(/^\/|\\|\0/);
					expect(name.split('/')).not.toContain('..');
					expect(name).not.toBe('');
				}
			},
		),
	);
});

it('ten times as many equal names take about ten times the time', () => {
	const best = (length: number) => {
		const wanted = Array.from({ length }, () => 'fox.png');
		return Math.min(
			...Array.from({ length: 3 }, () => {
				const start = process.hrtime.bigint();
				uniqueNames(wanted);
				return Number(process.hrtime.bigint() - start);
			}),
		);
	};
	best(2_000);
	expect(best(20_000) / best(2_000)).toBeLessThan(40);
});

it('names that were hostile or equal in another form are safe and unique', () => {
	expect(
		uniqueNames(['../CON.png', 'con.png', 'a\r\n.png', 'A__.png', 'e\u0301.png', '\u00e9.png', 'x\u202egnp.exe']),
	).toEqual(['_CON.png', '_con (2).png', 'a__.png', 'A__ (2).png', 'é.png', 'é (2).png', 'x_gnp.exe']);
});

describe('an archive that is abandoned', () => {
	const chunks = function* () {
		for (let n = 0; n < 100; n++) yield Buffer.alloc(64 * 1024);
	};
	const endless = (open: () => Promise<Readable>): ZipEntry => ({ ...entry('a.png', Buffer.alloc(6_553_600)), open });

	it('closes the picture that it is reading', async () => {
		const picture = Readable.from(chunks(), { highWaterMark: 1 });
		const { stream } = await zipOf([endless(async () => picture)], new Date(0));
		await once(stream, 'readable');
		expect(picture.destroyed).toBe(false);
		stream.destroy();
		await once(picture, 'close');
		expect(picture.readableEnded).toBe(false);
	});

	it('closes a picture that is opened only afterwards', async () => {
		const opened = Promise.withResolvers<Readable>();
		const asked = Promise.withResolvers<boolean>();
		const open = () => (asked.resolve(true), opened.promise);
		const { stream } = await zipOf([endless(open)], new Date(0));
		await asked.promise;
		stream.destroy();
		await once(stream, 'close');
		const picture = Readable.from(chunks());
		opened.resolve(picture);
		await once(picture, 'close');
		expect(picture.readableDidRead).toBe(false);
	});
});
