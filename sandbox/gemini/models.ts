/** Google's tables of output sizes. The sizes for 2K and 4K are two and four times as large. */
const FLASH_25: Record<string, [number, number]> = {
	'1:1': [1024, 1024],
	'2:3': [832, 1248],
	'3:2': [1248, 832],
	'3:4': [864, 1184],
	'4:3': [1184, 864],
	'4:5': [896, 1152],
	'5:4': [1152, 896],
	'9:16': [768, 1344],
	'16:9': [1344, 768],
	'21:9': [1536, 672],
};
const GEMINI_3: Record<string, [number, number]> = {
	'1:1': [1024, 1024],
	'2:3': [848, 1264],
	'3:2': [1264, 848],
	'3:4': [896, 1200],
	'4:3': [1200, 896],
	'4:5': [928, 1152],
	'5:4': [1152, 928],
	'9:16': [768, 1376],
	'16:9': [1376, 768],
	'21:9': [1584, 672],
};

export interface Model {
	displayName: string;
	sizes: Record<string, [number, number]>;
	/** By resolution: the factor on the 1K size, and the tokens of a picture. */
	resolutions: Record<string, { scale: number; tokens: number }>;
	/** Tokens of a picture if no resolution is given. */
	tokens: number;
	thinks: boolean;
	/** Whether the proxy offers the model. */
	proxied: boolean;
}

const plain = { sizes: FLASH_25, resolutions: {}, tokens: 1290, thinks: false };
const RESOLUTIONS = {
	'1K': { scale: 1, tokens: 1120 },
	'2K': { scale: 2, tokens: 1120 },
	'4K': { scale: 4, tokens: 2000 },
};

export const MODELS: Record<string, Model> = {
	'gemini-2.0-flash-exp-image-generation': {
		...plain,
		displayName: 'Gemini 2.0 Flash (Image Generation) Experimental',
		proxied: false,
	},
	'gemini-2.5-flash-image': { ...plain, displayName: 'Nano Banana', proxied: true },
	'gemini-3-pro-image-preview': {
		displayName: 'Nano Banana Pro',
		sizes: GEMINI_3,
		resolutions: RESOLUTIONS,
		tokens: 1120,
		thinks: true,
		proxied: true,
	},
};

export const TEXT_MODEL = 'gemini-2.5-flash';
