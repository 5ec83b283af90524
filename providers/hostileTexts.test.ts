import { growth } from '../test/support/growth';
import { picturesIn } from './gemini/mapping';
import { urlsIn } from './jimeng/chat';

it('a text that names images without end gives as many as a job may have', () => {
	const text = Array.from({ length: 200_000 }, (_, index) => `![](http://a/${index})`).join('');
	const answer = { candidates: [{ content: { parts: [{ text }] } }] };
	expect(picturesIn([answer as never]).images).toHaveLength(1_001);
	expect(urlsIn(text)).toHaveLength(1_000);
});

it.each(['.', '，', 'http://', 'http://a/', 'http://a/ '])(
	'the addresses in a text of %j alone are found in time in proportion to its length',
	(unit) => {
		expect(growth((size) => urlsIn(`http://a/${unit.repeat(size)}x`), 20_000)).toBeLessThan(40);
	},
);
