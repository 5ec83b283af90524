import type { SampleEndpoint } from './sampleEndpoint';

/** The endpoints that answer with a sample and that only the real server has. */
export const realServerSamples: readonly SampleEndpoint[] = [
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
