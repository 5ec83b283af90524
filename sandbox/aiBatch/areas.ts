import type { z } from 'zod4';
import { analyzeBody, anyBody, chatBody, eventBody } from './request';

/** An endpoint whose answer is a sample of the document, or an invented one if the document has none. */
export interface SimpleEndpoint {
	method: 'GET' | 'POST' | 'PUT' | 'DELETE';
	/** The path in fastify's notation. */
	path: string;
	tag: string;
	summary: string;
	body?: z.ZodType;
	/** Whether it accepts a file too. */
	file?: boolean;
	/** Whether the real server has it. */
	real?: boolean;
	/** Only the real server has it. */
	onlyReal?: boolean;
	/** Whether it requires the server's key. */
	locked?: boolean;
	answer(call: {
		params: Record<string, string>;
		query: Record<string, unknown>;
		body: Record<string, unknown>;
	}): Record<string, unknown>;
}

const stamp = () => new Date().toISOString();
const done = (what: string) => ({ success: true, message: what });

const documented: SimpleEndpoint[] = [
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
		answer: () => ({ cpu_usage: 45.2, memory_usage: 68.5, disk_usage: 32.1, timestamp: stamp() }),
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

/** The second part of the document only guesses these endpoints from file names. */
const guessed: SimpleEndpoint[] = [
	{
		method: 'POST',
		path: '/api/auth/login',
		tag: 'Auth',
		summary: 'Log in',
		body: anyBody,
		answer: ({ body: { username } }) => ({ ...done('Logged in'), username, access_token: 'tok-secret-1' }),
	},
	{
		method: 'POST',
		path: '/api/auth/logout',
		tag: 'Auth',
		summary: 'Log out',
		body: anyBody,
		answer: () => done('Logged out'),
	},
	{
		method: 'POST',
		path: '/api/auth/register',
		tag: 'Auth',
		summary: 'Register',
		body: anyBody,
		answer: ({ body: { username } }) => ({ ...done('Registered'), username }),
	},
	{
		method: 'GET',
		path: '/api/user',
		tag: 'User',
		summary: 'Profile',
		locked: true,
		answer: () => ({ id: 'user123', name: 'Ann' }),
	},
	{
		method: 'PUT',
		path: '/api/user',
		tag: 'User',
		summary: 'Change the profile',
		body: anyBody,
		locked: true,
		answer: ({ body }) => ({ id: 'user123', ...body }),
	},
	{
		method: 'GET',
		path: '/api/keys',
		tag: 'Keys',
		summary: 'Stored keys',
		locked: true,
		answer: () => ({ keys: [{ id: 'key-1', provider: 'openai', api_key: 'sk-stored-on-the-server' }] }),
	},
	{
		method: 'POST',
		path: '/api/keys',
		tag: 'Keys',
		summary: 'Store a key',
		body: anyBody,
		locked: true,
		answer: ({ body: { provider } }) => ({ ...done('Stored'), id: 'key-2', provider }),
	},
	{
		method: 'DELETE',
		path: '/api/keys/:key_id',
		tag: 'Keys',
		summary: 'Delete a key',
		locked: true,
		answer: ({ params }) => ({ ...done('Deleted'), id: params['key_id'] }),
	},
	{
		method: 'GET',
		path: '/api/local_ai',
		tag: 'Local AI',
		summary: 'Local models',
		answer: () => ({ models: [{ id: 'sdxl', loaded: true }] }),
	},
	{
		method: 'GET',
		path: '/api/images',
		tag: 'Images',
		summary: 'Images',
		locked: true,
		answer: () => ({ images: [{ id: 'image-1', filename: 'gemini_1705750200_1.png' }] }),
	},
	{
		method: 'GET',
		path: '/api/images/:image_id',
		tag: 'Images',
		summary: 'Metadata of an image',
		locked: true,
		answer: ({ params }) => ({ id: params['image_id'], width: 1024, height: 1024 }),
	},
	{
		method: 'DELETE',
		path: '/api/images/:image_id',
		tag: 'Images',
		summary: 'Delete an image',
		locked: true,
		answer: ({ params }) => ({ ...done('Deleted'), id: params['image_id'] }),
	},
	{
		method: 'GET',
		path: '/api/workflow',
		tag: 'Workflow',
		summary: 'Workflows',
		locked: true,
		answer: () => ({ workflows: [{ id: 'workflow-1', steps: 3 }] }),
	},
	{
		method: 'POST',
		path: '/api/workflow',
		tag: 'Workflow',
		summary: 'Make or run a workflow',
		body: anyBody,
		locked: true,
		answer: ({ body }) => ({ ...done('Started'), workflow: body }),
	},
	{
		method: 'GET',
		path: '/api/monitoring/health',
		tag: 'Monitoring',
		summary: 'Health, as the second part guesses',
		answer: () => ({ status: 'healthy' }),
	},
];

const elsewhere: SimpleEndpoint[] = [
	{
		method: 'GET',
		path: '/api/images/history',
		tag: 'Real server',
		summary: 'What was generated',
		real: true,
		onlyReal: true,
		answer: () => ({ success: true, history: [{ generation_id: 7, prompt: 'A cat' }] }),
	},
	{
		method: 'GET',
		path: '/api/images/statistics',
		tag: 'Real server',
		summary: 'Statistics',
		real: true,
		onlyReal: true,
		answer: () => ({ success: true, statistics: { total: 7 } }),
	},
];

export const SIMPLE: readonly SimpleEndpoint[] = [...documented, ...guessed, ...elsewhere];
