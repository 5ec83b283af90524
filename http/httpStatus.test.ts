import { codeOfStatus, hintOfStatus } from './httpStatus';

it.each([
	[400, 'invalidRequest'],
	[401, 'auth'],
	[402, 'quotaExceeded'],
	[403, 'auth'],
	[404, 'notFound'],
	[405, 'invalidRequest'],
	[409, 'conflict'],
	[410, 'notFound'],
	[413, 'invalidRequest'],
	[422, 'invalidRequest'],
	[428, 'invalidRequest'],
	[429, 'rateLimited'],
	[499, 'invalidRequest'],
	[500, 'upstream'],
	[501, 'upstream'],
	[502, 'overloaded'],
	[503, 'overloaded'],
	[504, 'overloaded'],
	[505, 'upstream'],
	[599, 'upstream'],
	[302, 'invalidRequest'],
	[204, 'malformedResponse'],
	[206, 'malformedResponse'],
] as const)('%i means %s', (status, code) => {
	expect(codeOfStatus(status)).toBe(code);
});

it.each([
	[300, 'base URL'],
	[399, 'base URL'],
	[429, 'Requests per Minute'],
	[502, 'try again later'],
	[503, 'try again later'],
	[504, 'try again later'],
])('%i says what to do: %s', (status, words) => {
	expect(hintOfStatus(status)).toContain(words);
});

it.each([200, 299, 400, 401, 404, 428, 500, 501, 505])('%i has no general hint', (status) => {
	expect(hintOfStatus(status)).toBeNull();
});
