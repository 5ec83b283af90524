import { analyzeBody, anyBody, chatBody, eventBody } from './request';
import { done, type SampleEndpoint } from './sampleEndpoint';

/** The endpoints of the document's first part that answer with a sample, in its order. */
export const documentedSamples: readonly SampleEndpoint[] = [
	{
		method: 'GET',
		path: '/api/prompt-suggestions',
		tag: 'Prompts',
		summary: 'Suggested prompts',
		answer: ({ query: { category = 'landscape', style = 'realistic' } }) => ({
			suggestions: [
				{ prompt: 'Majestic mountain landscape at golden hour', category, style, quality_score: 4.8 },
			],
		}),
	},
	{
		method: 'POST',
		path: '/api/analyze-prompt',
		tag: 'Prompts',
		summary: 'Analyse a prompt',
		body: analyzeBody,
		answer: ({ body: { prompt } }) => ({
			prompt,
			analysis: {
				word_count: String(prompt).split(/\s+/).length,
				complexity: 'medium',
				estimated_generation_time: '15-30 seconds',
				quality_score: 7.5,
				suggestions: ['Consider adding more specific details about lighting'],
			},
		}),
	},
	{
		method: 'GET',
		path: '/api/monitoring/system-stats',
		tag: 'Monitoring',
		summary: 'Use of the system',
		answer: () => ({ cpu_usage: 45.2, memory_usage: 68.5, disk_usage: 32.1, timestamp: new Date().toISOString() }),
	},
	{
		method: 'GET',
		path: '/api/monitoring/performance-metrics',
		tag: 'Monitoring',
		summary: 'Performance',
		answer: () => ({ avg_response_time: 245, total_requests: 1250, error_rate: 0.02, uptime: '5 days, 14 hours' }),
	},
	{
		method: 'GET',
		path: '/api/monitoring/api-health',
		tag: 'Monitoring',
		summary: 'State of the services',
		answer: () => ({ services: { gemini: 'up', openai: 'up', stability: 'up' } }),
	},
	{
		method: 'POST',
		path: '/api/monitoring/log-event',
		tag: 'Monitoring',
		summary: 'Log an event',
		body: eventBody,
		answer: ({ body: { event_type } }) => ({ ...done('Event logged'), event_type }),
	},
	{
		method: 'GET',
		path: '/api/collaboration/projects',
		tag: 'Collaboration',
		summary: 'Projects',
		locked: true,
		answer: () => ({ projects: [{ id: 'project-1', name: 'Autumn' }] }),
	},
	{
		method: 'POST',
		path: '/api/collaboration/share',
		tag: 'Collaboration',
		summary: 'Share an image or project',
		body: anyBody,
		locked: true,
		answer: ({ body }) => ({ ...done('Shared'), shared: body }),
	},
	{
		method: 'GET',
		path: '/api/collaboration/comments/:image_id',
		tag: 'Collaboration',
		summary: 'Comments on an image',
		locked: true,
		answer: ({ params }) => ({ image_id: params['image_id'], comments: [{ author: 'Ann', text: 'Good light' }] }),
	},
	{
		method: 'GET',
		path: '/api/analytics/usage-stats',
		tag: 'Analytics',
		summary: 'Usage',
		answer: () => ({ images: 120, requests: 60 }),
	},
	{
		method: 'GET',
		path: '/api/analytics/popular-prompts',
		tag: 'Analytics',
		summary: 'Popular prompts',
		answer: () => ({ prompts: [{ prompt: 'A cat', count: 12 }] }),
	},
	{
		method: 'GET',
		path: '/api/analytics/generation-trends',
		tag: 'Analytics',
		summary: 'Trends',
		answer: () => ({ trends: [{ day: '2024-01-20', images: 12 }] }),
	},
	{
		method: 'POST',
		path: '/api/assistant/chat',
		tag: 'Assistant',
		summary: 'Chat',
		body: chatBody,
		answer: ({ body: { message } }) => ({
			reply: `About "${String(message)}": add a time of day`,
			suggestions: ['A castle at dusk'],
		}),
	},
	{
		method: 'GET',
		path: '/api/assistant/suggestions',
		tag: 'Assistant',
		summary: 'Suggestions',
		answer: () => ({ suggestions: ['Try a wider lens'] }),
	},
	{
		method: 'GET',
		path: '/api/settings/api-providers',
		tag: 'Settings',
		summary: 'Upstreams',
		locked: true,
		answer: () => ({
			providers: [
				{ id: 'gemini', configured: true, api_key: 'AIza-stored-on-the-server' },
				{ id: 'openai', configured: false },
			],
		}),
	},
	{
		method: 'POST',
		path: '/api/files/organize',
		tag: 'Files',
		summary: 'Organise files',
		body: anyBody,
		locked: true,
		answer: ({ body }) => ({ ...done('Organised'), by: body['by'] ?? null }),
	},
];
