import { z } from 'zod4';
import { readEndpoint } from '../credential';
import type { ProviderAdapter } from '../provider';
import { createImageSaasClient } from './client';
import { type ImageSaasSession, imageSaasSession } from './session';
import { imageSaasWebhook } from './webhook';

export type { ImageSaasSession } from './session';

export const imageSaasAdapter: ProviderAdapter<ImageSaasSession> = {
	endpoint: (credential) =>
		readEndpoint(credential, {
			fields: z.object({ apiKey: z.string().trim().min(1, 'API Key is empty') }),
			headers: ({ apiKey }) => ({ Authorization: `Bearer ${apiKey}` }),
			secrets: ({ apiKey }) => [apiKey],
		}),
	connect: (_config, transport) => imageSaasSession(createImageSaasClient(transport)),
	webhook: imageSaasWebhook,
};
