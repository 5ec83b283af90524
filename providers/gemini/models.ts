/** Kinds of endpoints, by the table "支持的端点" of the Image SaaS document: Google itself, and the proxy Yunwu. */
export type EndpointKind = 'official' | 'yunwu';

export const addresses: Record<EndpointKind, string> = {
	official: 'https://generativelanguage.googleapis.com',
	yunwu: 'https://yunwu.ai',
};

/** US dollars per million tokens; thoughts cost as much as text. */
export interface Prices {
	input: number;
	text: number;
	image: number;
}

export interface Model {
	endpoints: readonly EndpointKind[];
	/** Empty: the model takes no resolution. */
	resolutions: readonly string[];
	/** From https://ai.google.dev/gemini-api/docs/pricing; null if none is published. */
	prices: Prices | null;
	/** Of one image, by resolution; `''`: without a resolution in the request. */
	imageTokens: Readonly<Record<string, number>>;
}

/** When prices and tokens were last looked up. */
export const pricesAsOf = '2026-11';

const flash25: Prices = { input: 0.3, text: 2.5, image: 30 };
const flash31: Prices = { input: 0.5, text: 3, image: 60 };
const pro3: Prices = { input: 2, text: 12, image: 120 };
const oneSize = { '': 1290 };
const sizes31 = { '': 1120, '512': 747, '1K': 1120, '2K': 1680, '4K': 2520 };
const sizes3 = { '': 1120, '1K': 1120, '2K': 1120, '4K': 2000 };
const both = ['official', 'yunwu'] as const;

/** The table "支持的模型" of the Image SaaS document, and the names that Google has given since. */
export const models: Readonly<Record<string, Model>> = {
	'gemini-2.0-flash-exp-image-generation': {
		endpoints: ['official'],
		resolutions: [],
		prices: null,
		imageTokens: {},
	},
	'gemini-2.5-flash-image': { endpoints: both, resolutions: [], prices: flash25, imageTokens: oneSize },
	'gemini-3-pro-image-preview': {
		endpoints: both,
		resolutions: ['1K', '2K', '4K'],
		prices: pro3,
		imageTokens: sizes3,
	},
	'gemini-3-pro-image': { endpoints: both, resolutions: ['1K', '2K', '4K'], prices: pro3, imageTokens: sizes3 },
	'gemini-3.1-flash-image': {
		endpoints: both,
		resolutions: ['512', '1K', '2K', '4K'],
		prices: flash31,
		imageTokens: sizes31,
	},
};

/** The table's row of a model; undefined if the table has no such row. */
export function modelOf(name: string): Model | undefined {
	const bare = name.replace(/^models\//, '');
	return Object.hasOwn(models, bare) ? models[bare] : undefined;
}

/** The model for a request that names none: the cheapest model that can do it. */
export function defaultModel({ resolution }: { resolution?: string | undefined }): string {
	return resolution === undefined ? 'gemini-2.5-flash-image' : 'gemini-3-pro-image-preview';
}
