import type { Kit } from '../kit';

export const kits: readonly Kit[] = [
	{
		settings: { jobDurationMs: 10 },
		routes: { submit: 'generate' },
		wrongKey: { apiKey: 'AIza-wrong-9' },
		accepts: (key) => ({ apiKey: key }),
		credentialTestDetectsWrongKey: true,
		prompts: { fails: 'A cat [fail:INTERNAL]', refused: 'A cat [refuse]', partial: 'A cat [partial:2]' },
		credentialFor: (dialect) => ({ endpoint: dialect === 'real' ? 'yunwu' : 'official' }),
		answersAtOnce: true,
		secrets: ['AIza-sandbox-key-1'],
		freeOperation: { resource: 'model', operation: 'getAll' },
		listedModel: 'Nano Banana Pro',
	},
	{
		name: 'Google Gemini, batches',
		dialects: ['document'],
		settings: { jobDurationMs: 10 },
		request: { extras: { batch: true } },
		routes: { submit: 'batch', poll: 'get' },
		wrongKey: { apiKey: 'AIza-wrong-9' },
		accepts: (key) => ({ apiKey: key }),
		credentialTestDetectsWrongKey: true,
		prompts: {
			fails: 'A cat [fail:INTERNAL]',
			refused: 'A cat [refuse]',
			partial: 'A cat [partial:2]',
			waits: 'A cat [queue]',
		},
		secrets: ['AIza-sandbox-key-1'],
		freeOperation: { resource: 'model', operation: 'getAll' },
	},
];
