import { serverOperation, type ServerResource } from '../serverCall';

const getUsage = serverOperation({
	operation: 'getUsage',
	name: 'Get Usage',
	action: 'Get usage stats',
	description: 'Get usage counts',
	method: 'GET',
	path: '/api/analytics/usage-stats',
});

const getPopularPrompts = serverOperation({
	operation: 'getPopularPrompts',
	name: 'Get Popular Prompts',
	action: 'Get popular prompts',
	description: 'List the prompts used most',
	method: 'GET',
	path: '/api/analytics/popular-prompts',
});

const getTrends = serverOperation({
	operation: 'getTrends',
	name: 'Get Trends',
	action: 'Get generation trends',
	description: 'Get how many images were generated over time',
	method: 'GET',
	path: '/api/analytics/generation-trends',
});

export const analytics: ServerResource = {
	value: 'analytics',
	name: 'Analytics',
	operations: [getUsage, getPopularPrompts, getTrends],
};
