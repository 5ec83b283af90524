import type { Kit } from '../kit';

export const kits: readonly Kit[] = [
	{
		settings: { requestsPerSecond: 0, jobDurationMs: 20 },
		routes: { submit: 'generate', poll: 'get' },
		wrongKey: { geminiApiKey: 'wrong-gemini-9' },
		accepts: (key) => ({ geminiKey: key }),
		credentialTestDetectsWrongKey: false,
		prompts: { fails: 'A cat [fail:MODEL_BROKEN]', refused: 'A cat [refuse]', partial: 'A cat [partial:2]' },
		keylessDialect: 'real',
		credentialFor: (dialect) => ({ api: dialect === 'real' ? 'tasks' : 'v1.6' }),
		secrets: ['gemini-key-1', 'AIza-stored-on-the-server'],
		freeOperation: { resource: 'service', operation: 'getHealth' },
		listedModel: 'gemini-3-pro-image-preview',
	},
];
