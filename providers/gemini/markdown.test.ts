import fc from 'fast-check';
import { growth } from '../../test/support/growth';
import { imagesInMarkdown, withoutMarkdownImages } from './markdown';

/** What is found, as one pattern: slow with hostile texts. */
const pattern = /!\[[^\]]*\]\((?:data:(image\/[\w.+-]+);base64,([A-Za-z0-9+/=\s]+)|(https?:\/\/[^\s)]+))\)/g;

const piece = fc.constantFrom(
	...['![', '](', ']', '(', ')', ' ', 'a', '!', 'http://', 'https://b', 'data:image/png;base64,', 'QUJD', '\n'],
);

it('finds what the pattern finds', () => {
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
			const text = pieces.join('');
			expect(imagesInMarkdown(text).map(({ mimeType, data, url }) => [mimeType, data, url])).toEqual(
				[...text.matchAll(pattern)].map(([, mimeType = null, data = null, url = null]) => [
					mimeType,
					data,
					url,
				]),
			);
			expect(withoutMarkdownImages(text, '*')).toBe(text.replace(pattern, '*'));
		}),
		{ numRuns: 2_000 },
	);
});

it.each(['![', '![a](', '![](http://', '![](data:image/png;base64,A', '![]( '])(
	'a text of %j alone takes time in proportion to its length',
	(unit) => {
		expect(growth((size) => withoutMarkdownImages(unit.repeat(size), ''), 20_000)).toBeLessThan(40);
	},
);

it('stops after as many images as asked', () => {
	expect(imagesInMarkdown('![](http://a)'.repeat(5), 2).map(({ start }) => start)).toEqual([0, 13]);
});
