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
