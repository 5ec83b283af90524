import { serverOperation, type ServerResource } from '../serverCall';

const getPreferences = serverOperation({
	operation: 'getPreferences',
	name: 'Get Preferences',
	action: 'Get the preferences',
	description: "Get the user's preferences",
	method: 'GET',
	path: '/api/settings/user-preferences',
});

const updatePreferences = serverOperation({
	operation: 'updatePreferences',
	name: 'Update Preferences',
	action: 'Update the preferences',
	description: "Change the user's preferences",
	method: 'PUT',
	path: '/api/settings/user-preferences',
	hasFreeBody: true,
});

const getUpstreams = serverOperation({
	operation: 'getUpstreams',
	name: 'Get Upstreams',
	action: 'Get the upstreams',
	description: 'List the upstreams that the server can use',
	method: 'GET',
	path: '/api/settings/api-providers',
});

export const settings: ServerResource = {
	value: 'settings',
	name: 'Settings',
	operations: [getPreferences, updatePreferences, getUpstreams],
};
