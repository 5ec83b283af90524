import { entriesOf } from './references';

it.each([
	['image_0', ['image_0']],
	['image_0,image_1', ['image_0', 'image_1']],
	[' photo , \n logo ', ['photo', 'logo']],
	['https://a.example/x.png, data', ['https://a.example/x.png', 'data']],
	['data,https://a.example/x.png', ['data', 'https://a.example/x.png']],
	[
		'https://a.example/w_300,h_200/x.png,https://b.example/y.png',
		['https://a.example/w_300,h_200/x.png', 'https://b.example/y.png'],
	],
	['https://a.example/w_300,h_200/x.png\nimage_0', ['https://a.example/w_300,h_200/x.png', 'image_0']],
	[
		['image_0', 'https://a.example/x.png'],
		['image_0', 'https://a.example/x.png'],
	],
	['', []],
	[' ,\n, ', []],
	[[], []],
	[undefined, []],
	[{ not: 'a text' }, []],
])('%j names %j', (value, entries) => {
	expect(entriesOf(value)).toEqual(entries);
});
