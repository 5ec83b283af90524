import { serverOperation, type ServerResource } from '../serverCall';

const login = serverOperation({
	operation: 'login',
	name: 'Log In',
	action: 'Log in',
	description: 'Log in; the token is removed from the answer',
	method: 'POST',
	path: '/api/auth/login',
	experimental: true,
	hasFreeBody: true,
});

const logout = serverOperation({
	operation: 'logout',
	name: 'Log Out',
	action: 'Log out',
	description: 'Log out',
	method: 'POST',
	path: '/api/auth/logout',
	experimental: true,
	hasFreeBody: true,
});

const register = serverOperation({
	operation: 'register',
	name: 'Register',
	action: 'Register a user',
	description: 'Register a user',
	method: 'POST',
	path: '/api/auth/register',
	experimental: true,
	hasFreeBody: true,
});

export const auth: ServerResource = {
	value: 'auth',
	name: 'Auth',
	operations: [login, logout, register],
};
