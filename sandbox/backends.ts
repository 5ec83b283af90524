import { startAiBatchSandbox } from './aiBatch/server';
import { startGeminiSandbox } from './gemini/server';
import { startImageSaasSandbox } from './imageSaas/server';
import { startJimengSandbox } from './jimeng/server';
import { startNanoBananaProSandbox } from './nanoBananaPro/server';
import type { Sandbox } from './shared/server';
import { startZImageSandbox } from './zImage/server';

/** What is common to the settings of all backends. */
export type AnySandbox = Sandbox<Record<string, unknown>>;

/** A backend that can be started by its name. */
export interface Backend {
	id: string;
	displayName: string;
	start(options: { port?: number; settings?: Record<string, unknown> }): Promise<AnySandbox>;
	/** Whether it sends webhooks, to the setting `webhookUrl`. */
	webhooks: boolean;
	/** The credential with which n8n reaches it: its type, and what a user types in. */
	credential: { type: string; fields: (url: string) => Record<string, unknown> };
}

const noLimits = { requestsPerMinute: 0, jobsInFlight: 0, allowedHosts: '' };

/** Every backend there is a stand-in of, in the order of their ports when all are started. */
export const backends: readonly Backend[] = [
	{
		id: 'imageSaas',
		displayName: 'Image SaaS',
		start: startImageSaasSandbox,
		webhooks: true,
		credential: {
			type: 'imageSaasApi',
			fields: (baseUrl) => ({
				...noLimits,
				baseUrl,
				apiKey: 'img_test_dev_123456789',
				webhookSecret: 'whsec_sandbox',
				requestsPerMinute: 60,
				jobsInFlight: 5,
			}),
		},
	},
	{
		id: 'zImage',
		displayName: 'Z-Image',
		start: startZImageSandbox,
		webhooks: false,
		credential: { type: 'zImageApi', fields: (baseUrl) => ({ ...noLimits, baseUrl, authKey: 'client-key-1' }) },
	},
	{
		id: 'jimeng',
		displayName: 'Jimeng / Dreamina',
		start: startJimengSandbox,
		webhooks: false,
		credential: {
			type: 'jimengApi',
			fields: (baseUrl) => ({ ...noLimits, baseUrl, site: 'cn', sessionId: 'session-cn-1' }),
		},
	},
	{
		id: 'aiBatch',
		displayName: 'AI Batch Image Generator',
		start: startAiBatchSandbox,
		webhooks: false,
		credential: {
			type: 'aiBatchApi',
			fields: (baseUrl) => ({
				...noLimits,
				baseUrl,
				upstream: 'gemini',
				upstreamApiKey: 'upstream-key-1',
				apiKey: '',
			}),
		},
	},
	{
		id: 'nanoBananaPro',
		displayName: 'NanoBananaPro',
		start: startNanoBananaProSandbox,
		webhooks: false,
		credential: {
			type: 'nanoBananaProApi',
			fields: (baseUrl) => ({
				...noLimits,
				baseUrl,
				api: 'v1.6',
				geminiApiKey: 'gemini-key-1',
				geminiApiBase: '',
				taskProvider: 'gemini',
				requestsPerMinute: 600,
			}),
		},
	},
	{
		id: 'gemini',
		displayName: 'Google Gemini',
		start: startGeminiSandbox,
		webhooks: false,
		credential: {
			type: 'geminiImageApi',
			fields: (baseUrl) => ({ ...noLimits, baseUrl, endpoint: 'official', apiKey: 'AIza-sandbox-key-1' }),
		},
	},
];
