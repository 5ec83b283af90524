import { isNotAccepted as isNotAccepted } from './errors';
import { addresses } from './models';

const own = (status: number, word: string, message = 'no') =>
	JSON.stringify({ error: { code: status, message, status: word } });
const proxied = JSON.stringify({ error: { message: '无效的令牌', type: 'new_api_error' } });
const elsewhere = 'https://proxy.example';

it.each([
	[400, own(400, 'INVALID_ARGUMENT'), true, true],
	[403, own(403, 'PERMISSION_DENIED'), true, true],
	[404, own(404, 'NOT_FOUND'), true, true],
	[429, own(429, 'RESOURCE_EXHAUSTED'), true, true],
	[503, own(503, 'UNAVAILABLE'), true, true],
	[401, proxied, true, true],
	[400, proxied, true, true],
	// Only Google documents that 400 and 500 are not charged.
	[500, own(500, 'INTERNAL'), true, false],
	[500, proxied, true, false],
	[500, 'Internal Server Error', false, false],
	[500, '', false, false],
	[502, own(502, 'UNAVAILABLE'), false, false],
	[504, own(504, 'DEADLINE_EXCEEDED'), false, false],
	[499, own(499, 'CANCELLED'), false, false],
	[409, own(409, 'ABORTED'), false, false],
	[408, own(408, 'DEADLINE_EXCEEDED'), false, false],
	[400, '<html>Bad Request</html>', false, false],
	[403, '<html>Forbidden</html>', false, false],
	[429, '<html>Slow down</html>', false, false],
	[503, '{"error":', false, false],
	[503, '{"error":"busy"}', false, false],
	[413, '<html>Too large</html>', true, true],
	[302, '', true, true],
	[200, JSON.stringify({ candidates: [] }), false, false],
	[500, null, false, false],
])('%i %s: refused is %s by Google, %s by a proxy', (status, text, byGoogle, byProxy) => {
	expect(isNotAccepted({ status, headers: {}, text }, addresses.official)).toBe(byGoogle);
	expect(isNotAccepted({ status, headers: {}, text }, elsewhere)).toBe(byProxy);
	expect(isNotAccepted({ status, headers: {}, text }, 'https://generativelanguage.googleapis.com.evil.example')).toBe(
		byProxy,
	);
});
