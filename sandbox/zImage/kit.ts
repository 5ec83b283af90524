import type { Kit } from '../kit';

export const kits: readonly Kit[] = [
	{
		settings: { jobDurationMs: 20 },
		routes: { submit: 'generate', poll: 'get' },
		wrongKey: { authKey: 'wrong-key-9' },
		accepts: (key) => ({ allowedKeys: [key] }),
		credentialTestDetectsWrongKey: true,
		prompts: {
			fails: 'A cat [fail:GPU_OOM]',
			refused: 'A cat [refuse]',
			partial: 'A cat [partial:2]',
			waits: 'A cat [queue]',
		},
		secrets: ['client-key-1'],
		freeOperation: { resource: 'service', operation: 'getHealth' },
	},
];
