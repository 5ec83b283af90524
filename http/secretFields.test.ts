import { withoutSecretFields } from './secretFields';

it.each([
	'key',
	'apiKey',
	'api_key',
	'accessToken',
	'refresh_token',
	'clientSecret',
	'password',
	'credentials',
	'Authorization',
	'Set-Cookie',
	'db_passwd',
])('the value of %s is struck out, however deep', (name) => {
	expect(withoutSecretFields([{ user: { [name]: 'AIza-1', id: 7 } }])).toEqual([{ user: { [name]: '***', id: 7 } }]);
});

it('lists are looked into, and what opens nothing stays', () => {
	expect(
		withoutSecretFields({
			keys: [{ id: 'a', key: 'AIza-1' }],
			tokens: ['t-1'],
			total_tokens: 12,
			keyword: 'fox',
			monkey: null,
			token: '',
		}),
	).toEqual({
		keys: [{ id: 'a', key: '***' }],
		tokens: ['***'],
		total_tokens: 12,
		keyword: 'fox',
		monkey: null,
		token: '',
	});
});

it('a deeply nested answer is read without recursion', () => {
	const depth = 200_000;
	let nested: unknown = { apiKey: 'AIza-1', id: 7 };
	for (let level = 0; level < depth; level++) nested = level % 2 ? [nested] : { inner: nested };
	let found = withoutSecretFields(nested);
	for (let level = depth - 1; level >= 0; level--)
		found = level % 2 ? (found as unknown[])[0] : (found as { inner: unknown }).inner;
	expect(found).toEqual({ apiKey: '***', id: 7 });
});

it('a field called __proto__ stays a field', () => {
	const given: unknown = JSON.parse('{"__proto__": {"token": "t-1"}, "a": 1}');
	expect(JSON.stringify(withoutSecretFields(given))).toBe('{"__proto__":{"token":"***"},"a":1}');
});
