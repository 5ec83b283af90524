import type { ImageRequest } from '../../model/request';
import { failureOf } from './errors';
import { fromAnswer } from './mapping';
import { generateAnswer } from './wire';

const request: ImageRequest = { prompt: 'A fox', count: 1 };
const failure = (status: number, text: string) => failureOf({ status, headers: {} }, text, 0);

it.each([
	[404, '<html>Not Found</html>', true],
	[405, ' \n<!doctype html>', true],
	[404, 'no page <here>', false],
	[404, '"<html>"', false],
	[404, JSON.stringify({ success: false, error: '<b>no</b>' }), false],
	[400, '<html>Bad Request</html>', false],
])('%i with %j is a page of a server without that call: %s', (status, text, isPage) => {
	const { message } = failure(status, text);
	expect(message.startsWith('This server does not offer that call')).toBe(isPage);
});

it.each([
	['images/a.png', 'https://server.example/images/a.png'],
	['/images/2026/a.png', 'https://server.example/images/2026/a.png'],
	['//images//a.png', 'https://server.example/images//a.png'],
	['https://img.example//a.png', 'https://img.example//a.png'],
])('the address %s of an image is %s', (url, address) => {
	const answer = generateAnswer.parse({ success: true, images: [{ url }] });
	expect(fromAnswer(answer, request, 'https://server.example', 'key').images).toMatchObject([{ url: address }]);
});
