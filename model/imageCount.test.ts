import { countedImages } from './imageCount';

test.each([
	[countedImages(2, 4), '2 of 4 images arrived'],
	[countedImages(1, 3, 'were accepted'), '1 of 3 images were accepted'],
	[countedImages(2, null), '2 images of an unknown total arrived'],
])('says %s', (text, expected) => {
	expect(text).toBe(expected);
});
