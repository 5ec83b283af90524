import type { Kit } from '../kit';

export const kits: readonly Kit[] = [
	{
		settings: { jobDurationMs: 10 },
		// Unless the prompt names a number, the site decides how many images it makes.
		request: { extras: { countInPrompt: true } },
		routes: { submit: 'generate' },
		wrongKey: { sessionId: 'wrong-session-9' },
		accepts: (key) => ({ sessions: [key] }),
		credentialTestDetectsWrongKey: false,
		prompts: { fails: 'A cat [fail:GENERATION_FAILED]', refused: 'A cat [refuse]', partial: 'A cat [partial:2]' },
		secrets: ['session-cn-1'],
		freeOperation: { resource: 'model', operation: 'getAll' },
		listedModel: 'jimeng-4.0',
	},
];
