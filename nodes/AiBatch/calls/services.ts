import { call, text } from '../call';

/** The first part of the document: monitoring, collaboration, analytics, assistant and health. */
export const services = [
	call({ resource: 'monitoring', operation: 'getSystemStats', name: 'Get System Stats', action: 'Get system stats', description: 'Get how busy processor, memory and disk are', method: 'GET', path: '/api/monitoring/system-stats' }),
	call({ resource: 'monitoring', operation: 'getPerformance', name: 'Get Performance', action: 'Get performance metrics', description: 'Get response times and error rates', method: 'GET', path: '/api/monitoring/performance-metrics' }),
	call({ resource: 'monitoring', operation: 'getApiHealth', name: 'Get API Health', action: 'Get the health of all services', description: 'Ask how the services behind it are', method: 'GET', path: '/api/monitoring/api-health' }),
	call({
		resource: 'monitoring', operation: 'logEvent', name: 'Log Event', action: 'Log an event', description: 'Record an event of your own', method: 'POST', path: '/api/monitoring/log-event', body: { eventType: 'event_type', message: 'message', metadata: 'metadata' },
		fields: [text('eventType', 'Event Type', 'Its kind', { required: true, placeholder: 'e.g. user_action' }), text('message', 'Message', 'What happened', { required: true }), { displayName: 'Metadata', name: 'metadata', type: 'json', default: '{}', description: 'More about it, as a JSON object' }],
	}),
	call({ resource: 'monitoring', operation: 'getHealth', name: 'Get Health', action: 'Get the health of the service', description: 'Ask whether the service is healthy; some good servers say 503', method: 'GET', path: '/health', elsewhere: '/api/health', accept: [503] }),
	call({ resource: 'collaboration', operation: 'getProjects', name: 'Get Projects', action: 'Get projects', description: 'List shared projects', method: 'GET', path: '/api/collaboration/projects' }),
	call({ resource: 'collaboration', operation: 'share', name: 'Share', action: 'Share an image or project', description: 'Share an image or a project', method: 'POST', path: '/api/collaboration/share', hasFreeBody: true }),
	call({ resource: 'collaboration', operation: 'getComments', name: 'Get Comments', action: 'Get comments on an image', description: 'List the comments on an image', method: 'GET', path: '/api/collaboration/comments/{imageId}', fields: [text('imageId', 'Image ID', 'The image that is commented on', { required: true })] }),
	call({ resource: 'analytics', operation: 'getUsage', name: 'Get Usage', action: 'Get usage stats', description: 'Count what was used', method: 'GET', path: '/api/analytics/usage-stats' }),
	call({ resource: 'analytics', operation: 'getPopularPrompts', name: 'Get Popular Prompts', action: 'Get popular prompts', description: 'List the prompts used most', method: 'GET', path: '/api/analytics/popular-prompts' }),
	call({ resource: 'analytics', operation: 'getTrends', name: 'Get Trends', action: 'Get generation trends', description: 'See how generation develops', method: 'GET', path: '/api/analytics/generation-trends' }),
	call({
		resource: 'assistant', operation: 'chat', name: 'Chat', action: 'Chat with the assistant', description: 'Ask the assistant', method: 'POST', path: '/api/assistant/chat', isPaid: true, body: { message: 'message', context: 'context', preferredStyle: 'preferred_style' },
		fields: [text('message', 'Message', 'What to ask', { required: true }), text('context', 'Context', 'How much you know', { placeholder: 'e.g. beginner' }), text('preferredStyle', 'Preferred Style', 'Style to keep to', { placeholder: 'e.g. realistic' })],
	}),
	call({ resource: 'assistant', operation: 'getSuggestions', name: 'Get Suggestions', action: 'Get suggestions of the assistant', description: 'Get suggestions of the assistant', method: 'GET', path: '/api/assistant/suggestions' }),
];
