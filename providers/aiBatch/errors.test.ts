import { failureOf, isNotAccepted as isNotAccepted } from './errors';

const refused = (error: unknown) => JSON.stringify({ success: false, error });

it.each([
	...[400, 401, 403, 404, 405, 413, 422, 429, 503].map((status) => [status, refused('no'), true] as const),
	[400, refused('Unsupported provider: replicate'), true],
	[500, refused('rate limit exceeded'), false],
	[500, refused('API key not valid'), false],
	[500, refused('Invalid image size'), false],
	[200, refused('safety'), false],
	[200, refused('rate limit exceeded'), false],
	[502, refused('no'), false],
	[504, refused('no'), false],
	[408, refused('time-out'), false],
	[404, '<html>Not Found</html>', true],
	[405, '<html>Method Not Allowed</html>', true],
	[301, '', true],
	[429, '<html>Slow down</html>', false],
	[403, '<html>Forbidden</html>', false],
	[503, '<html>Service Unavailable</html>', false],
	[400, JSON.stringify({ error: 'no' }), false],
	[400, '{"success": false', false],
	[200, JSON.stringify({ success: true, images: [] }), false],
	[200, null, false],
] as const)('%i %s: refused is %s', (status, text, isIt) => {
	expect(isNotAccepted({ status, headers: {}, text })).toBe(isIt);
});

it.each(['rate limit exceeded', 'Service overloaded', 'timed out', 'unavailable'])(
	'words inside a 500 (%s) tell its kind, and do not make it worth a repeat',
	(words) => {
		for (const status of [500, 200])
			expect(failureOf({ status, headers: {} }, refused(words), 0)).toMatchObject({ retryable: false });
		expect(failureOf({ status: 429, headers: {} }, refused(words), 0)).toMatchObject({
			code: 'rateLimited',
			retryable: true,
		});
	},
);
