import type { ImageRequest } from '../../model/request';
import { type AnySandbox, type Backend, backends } from '../../sandbox/backends';

/** How one backend's stand-in is brought to do what a scenario needs. Whatever is left out is said why. */
export interface Kit {
	backend: Backend;
	/** Where a backend has more kits than one. */
	name?: string;
	/** Both where it is left out. */
	dialects?: ReadonlyArray<'document' | 'real'>;
	/** Quick, and without limits of its own. */
	settings: Record<string, unknown>;
	/** What every request of it needs besides a prompt. */
	request?: Partial<ImageRequest>;
	/** Names of the fault routes: submit, and asking after one job. */
	routes: { submit: string; poll?: string };
	/** Fields of a credential that is refused; null where no key is looked at. */
	wrongKey: Record<string, unknown> | null;
	/** The dialect in which the server keeps the keys itself. */
	keylessDialect?: string;
	prompts: {
		/** The job fails at the provider. */
		fails: string;
		/** The model refuses; null where the backend has no way to say so. */
		refused: string | null;
		/** One of three pictures does not come; null where it is all or nothing. */
		partial: string | null;
		/** Stays in a state in which it can be canceled. */
		waits?: string;
	};
	/** Credential fields that go with a dialect, where the two are different APIs. */
	credentialFor?: (dialect: string) => Record<string, unknown>;
	/** These requests are answered with the finished job, although others of the provider are not. */
	answersAtOnce?: boolean;
	/** Strings that must be in no snapshot and no error. */
	secrets: readonly string[];
}

const backendOf = (id: string): Backend => {
	const backend = backends.find((candidate) => candidate.id === id);
	if (!backend) throw new Error(`There is no stand-in of ${id}`);
	return backend;
};

/** One of each backend. */
export const kits: readonly Kit[] = [
	{
		backend: backendOf('imageSaas'),
		settings: { requestsPerMinute: 0, maxConcurrent: 0, jobDurationMs: 20 },
		routes: { submit: 'generate', poll: 'get' },
		wrongKey: { apiKey: 'img_wrong_key' },
		prompts: { fails: 'A cat [fail:PROVIDER_ERROR]', refused: null, partial: null, waits: 'A cat [queue]' },
		secrets: ['img_test_dev_123456789'],
	},
	{
		backend: backendOf('zImage'),
		settings: { jobDurationMs: 20 },
		routes: { submit: 'generate', poll: 'get' },
		wrongKey: { authKey: 'wrong-key-9' },
		prompts: {
			fails: 'A cat [fail:GPU_OOM]',
			refused: 'A cat [refuse]',
			partial: 'A cat [partial:2]',
			waits: 'A cat [queue]',
		},
		secrets: ['client-key-1'],
	},
	{
		backend: backendOf('jimeng'),
		settings: { jobDurationMs: 10 },
		// How many pictures come is the site's choice unless the prompt asks for a number.
		request: { extras: { countInPrompt: true } },
		routes: { submit: 'generate' },
		wrongKey: { sessionId: 'wrong-session-9' },
		prompts: { fails: 'A cat [fail:GENERATION_FAILED]', refused: 'A cat [refuse]', partial: 'A cat [partial:2]' },
		secrets: ['session-cn-1'],
	},
	{
		backend: backendOf('aiBatch'),
		settings: { jobDurationMs: 10 },
		routes: { submit: 'generate' },
		wrongKey: { upstreamApiKey: 'wrong-upstream-9' },
		prompts: { fails: 'A cat [fail:MODEL_DOWN]', refused: 'A cat [refuse]', partial: 'A cat [partial:2]' },
		secrets: ['upstream-key-1'],
	},
	{
		backend: backendOf('nanoBananaPro'),
		settings: { requestsPerSecond: 0, jobDurationMs: 20 },
		routes: { submit: 'generate', poll: 'get' },
		wrongKey: { geminiApiKey: 'wrong-gemini-9' },
		prompts: { fails: 'A cat [fail:MODEL_BROKEN]', refused: 'A cat [refuse]', partial: 'A cat [partial:2]' },
		keylessDialect: 'real',
		credentialFor: (dialect) => ({ api: dialect === 'real' ? 'tasks' : 'v1.6' }),
		secrets: ['gemini-key-1', 'AIza-stored-on-the-server'],
	},
	{
		backend: backendOf('gemini'),
		settings: { jobDurationMs: 10 },
		routes: { submit: 'generate' },
		wrongKey: { apiKey: 'AIza-wrong-9' },
		prompts: { fails: 'A cat [fail:INTERNAL]', refused: 'A cat [refuse]', partial: 'A cat [partial:2]' },
		credentialFor: (dialect) => ({ endpoint: dialect === 'real' ? 'yunwu' : 'official' }),
		answersAtOnce: true,
		secrets: ['AIza-sandbox-key-1'],
	},
];

/** Further ways of using a backend, whose answers come otherwise. */
const others: readonly Kit[] = [
	{
		backend: backendOf('gemini'),
		name: 'Google Gemini, batches',
		dialects: ['document'],
		settings: { jobDurationMs: 10 },
		request: { extras: { batch: true } },
		routes: { submit: 'batch', poll: 'get' },
		wrongKey: { apiKey: 'AIza-wrong-9' },
		prompts: {
			fails: 'A cat [fail:INTERNAL]',
			refused: 'A cat [refuse]',
			partial: 'A cat [partial:2]',
			waits: 'A cat [queue]',
		},
		secrets: ['AIza-sandbox-key-1'],
	},
];

export const allKits: readonly Kit[] = [...kits, ...others];

/** A kit's column in tables. */
export const nameOf = ({ name, backend }: Kit): string => name ?? backend.displayName;

export const startKit = (kit: Kit): Promise<AnySandbox> => kit.backend.start({ settings: kit.settings });
