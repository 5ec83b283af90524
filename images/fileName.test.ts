import { withExtension } from './fileName';

it.each([
	['fox', 'png', 'fox.png'],
	['fox.jpeg', 'jpg', 'fox.jpeg'],
	['fox.JPG', 'webp', 'fox.webp'],
	['v1.2', 'png', 'v1.2.png'],
	['report.zip', 'zip', 'report.zip'],
])('%s of the type %s is named %s', (name, extension, expected) => {
	expect(withExtension(name, extension)).toBe(expected);
});
