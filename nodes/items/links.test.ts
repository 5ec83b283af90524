import fc from 'fast-check';
import { blankJob, type Image } from '../../model/job';
import { snapshotOf, splitImages, toItem } from './items';
import { linkFields, readLinks } from './links';

const node = { type: 'n8n-nodes-image-pipelines.imageGenerate', name: 'Generate' };
const tool = { ...node, type: `${node.type}Tool` };
const linkBase = 'https://n8n.example.com/webhook/image-link';
const dayMs = 24 * 3_600_000;

const image = (index: number, url: string | null): Image => ({
	index,
	url,
	fileName: `${index}.png`,
	mimeType: 'image/png',
	width: 1,
	height: 1,
	bytes: 1,
	seed: null,
});
const job = { ...blankJob('gemini'), status: 'succeeded' as const, ref: '4k7mz0q9xw2d' };

it('an image gets a link; without a URL also the time until which it is kept', () => {
	const links = readLinks(node, { linkBase: ` ${linkBase} `, linkDays: 2 }, 0);
	expect(linkFields(image(3, null), job, links)).toEqual({
		link: `${linkBase}?ref=4k7mz0q9xw2d&image=3`,
		linkUntil: new Date(2 * dayMs).toISOString(),
	});
	expect(linkFields(image(0, 'https://cdn.example.com/a.png'), job, links)).toEqual({
		link: `${linkBase}?ref=4k7mz0q9xw2d&image=0`,
	});
});

it('the address of the webhook keeps its own query, and its ref and image are replaced', () => {
	const links = readLinks(node, { linkBase: `${linkBase}?tenant=7&ref=x&image=9#top` });
	expect(linkFields(image(1, null), job, links).link).toBe(`${linkBase}?tenant=7&ref=4k7mz0q9xw2d&image=1#top`);
});

it('without a link base nothing is added, except for a language model', () => {
	expect(linkFields(image(0, null), job, readLinks(node, {}))).toEqual({});
	expect(linkFields(image(0, 'https://cdn.example.com/a.png'), job, readLinks(tool, {}))).toEqual({});
	const { note } = linkFields(image(0, null), job, readLinks(tool, { linkBase: '' }));
	expect(note).toBe(
		'This image has no address, because Google Gemini sends images without one. ' +
			'n8n keeps the image for one day under the job ref 4k7mz0q9xw2d. ' +
			'To get an address for the next images, set the option "Image Link URL" of the node "Generate".',
	);
});

it('a job that is not recorded gets no link, because nothing would be served', () => {
	const { ref: _ref, ...unrecorded } = job;
	expect(linkFields(image(0, null), unrecorded, readLinks(node, { linkBase }))).toEqual({});
	expect(linkFields(image(0, null), unrecorded, readLinks(tool, { linkBase })).note).not.toContain('job ref');
});

it.each([
	'image-link',
	'/webhook/image-link',
	'javascript:alert(1)',
	'ftp://n8n.example.com/',
	'https://user:secret@n8n.example.com/webhook/image-link',
	7,
	{},
])('%j is no Image Link URL', (wrong) => {
	expect(() => readLinks(node, { linkBase: wrong })).toThrow('Image Link URL is not a web address');
});

it.each([0, -1, 31, 'soon', Number.NaN])('%j is no number of days', (linkDays) => {
	expect(() => readLinks(node, { linkBase, linkDays })).toThrow('Image Link Days is not a number from 1 to 30');
});

describe('items with links', () => {
	const item = () =>
		toItem({
			snapshot: { job, images: [image(0, null), image(1, null)], raw: null },
			request: {},
			itemIndex: 0,
			links: readLinks(node, { linkBase }, 0),
		});

	it('are read back with their links, which a later node keeps', () => {
		const snapshot = snapshotOf(item().json);
		if (!snapshot) throw new Error('It is an item of ours');
		const again = toItem({ snapshot, request: {}, itemIndex: 0 });
		expect(again.json['images']).toEqual(item().json['images']);
	});

	it('get new links from a later node with another webhook', () => {
		const snapshot = snapshotOf(item().json);
		if (!snapshot) throw new Error('It is an item of ours');
		const links = readLinks(node, { linkBase: 'https://other.example.com/i' });
		const { json } = toItem({ snapshot, request: {}, itemIndex: 0, links });
		expect(json['images']).toMatchObject([
			{ link: 'https://other.example.com/i?ref=4k7mz0q9xw2d&image=0' },
			{ link: 'https://other.example.com/i?ref=4k7mz0q9xw2d&image=1' },
		]);
	});

	it('keep the link of their own image when they are split', () => {
		expect(
			splitImages(item()).map(({ json }) => (json['images'] as Array<{ link: string }>).map(({ link }) => link)),
		).toEqual([[`${linkBase}?ref=4k7mz0q9xw2d&image=0`], [`${linkBase}?ref=4k7mz0q9xw2d&image=1`]]);
	});

	it('whatever stands in the fields of an incoming image, only texts pass', () => {
		fc.assert(
			fc.property(fc.jsonValue(), fc.jsonValue(), (link, linkUntil) => {
				const snapshot = snapshotOf({
					job,
					images: [{ ...image(0, null), link, linkUntil, note: 'x' }],
				});
				if (!snapshot) throw new Error('It is an item of ours');
				const [read] = toItem({ snapshot, request: {}, itemIndex: 0 }).json['images'] as unknown as object[];
				const passes = typeof link === 'string';
				expect(read).toEqual({
					...image(0, null),
					...(passes ? { link } : {}),
					...(passes && typeof linkUntil === 'string' ? { linkUntil } : {}),
				});
			}),
		);
	});
});
