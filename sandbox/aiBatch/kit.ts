import type { Kit } from '../kit';

export const kits: readonly Kit[] = [
	{
		settings: { jobDurationMs: 10 },
		routes: { submit: 'generate' },
		wrongKey: { upstreamApiKey: 'wrong-upstream-9' },
		accepts: (key) => ({ upstreamKey: key }),
		credentialTestDetectsWrongKey: false,
		prompts: { fails: 'A cat [fail:MODEL_DOWN]', refused: 'A cat [refuse]', partial: 'A cat [partial:2]' },
		secrets: ['upstream-key-1'],
		freeOperation: { resource: 'monitoring', operation: 'getHealth' },
	},
];
