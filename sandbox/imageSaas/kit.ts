import type { Kit } from '../kit';

export const kits: readonly Kit[] = [
	{
		settings: { requestsPerMinute: 0, maxConcurrent: 0, jobDurationMs: 20 },
		routes: { submit: 'generate', poll: 'get' },
		wrongKey: { apiKey: 'img_wrong_key' },
		accepts: (key) => ({ apiKey: key }),
		credentialTestDetectsWrongKey: true,
		prompts: { fails: 'A cat [fail:PROVIDER_ERROR]', refused: null, partial: null, waits: 'A cat [queue]' },
		secrets: ['img_test_dev_123456789'],
		freeOperation: { resource: 'service', operation: 'getHealth' },
	},
];
