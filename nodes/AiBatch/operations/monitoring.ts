import { jsonField } from '../../operations/field';
import { serverOperation, type ServerResource, text } from '../serverCall';

const getSystemStats = serverOperation({
	operation: 'getSystemStats',
	name: 'Get System Stats',
	action: 'Get system stats',
	description: 'Get the load of processor, memory and disk',
	method: 'GET',
	path: '/api/monitoring/system-stats',
});

const getPerformance = serverOperation({
	operation: 'getPerformance',
	name: 'Get Performance',
	action: 'Get performance metrics',
	description: 'Get response times and error rates',
	method: 'GET',
	path: '/api/monitoring/performance-metrics',
});

const getApiHealth = serverOperation({
	operation: 'getApiHealth',
	name: 'Get API Health',
	action: 'Get the health of all services',
	description: 'Check the services that the server uses',
	method: 'GET',
	path: '/api/monitoring/api-health',
});

const logEvent = serverOperation({
	operation: 'logEvent',
	name: 'Log Event',
	action: 'Log an event',
	description: 'Record an event of your own',
	method: 'POST',
	path: '/api/monitoring/log-event',
	fields: [
		text('eventType', 'Event Type', 'Kind of the event', { required: true, placeholder: 'e.g. user_action' }),
		text('message', 'Message', 'What happened', { required: true }),
		jsonField({
			displayName: 'Metadata',
			name: 'metadata',
			type: 'json',
			default: '{}',
			description: 'More data of the event, as a JSON object',
		}),
	],
	body: ({ eventType, message, metadata }) => ({ event_type: eventType, message, metadata }),
});

const getHealth = serverOperation({
	operation: 'getHealth',
	name: 'Get Health',
	action: 'Get the health of the service',
	description: 'Check whether the service is healthy; some healthy servers answer 503',
	method: 'GET',
	path: '/health',
	alternativePath: '/api/health',
	accept: [503],
});

const getServiceHealth = serverOperation({
	operation: 'getServiceHealth',
	name: 'Get Service Health',
	action: 'Get the health of the monitoring service',
	description: 'Check whether the service is healthy',
	method: 'GET',
	path: '/api/monitoring/health',
	experimental: true,
});

export const monitoring: ServerResource = {
	value: 'monitoring',
	name: 'Monitoring',
	operations: [getSystemStats, getPerformance, getApiHealth, logEvent, getHealth, getServiceHealth],
};
