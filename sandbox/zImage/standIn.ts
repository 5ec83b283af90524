import { type Backend, noLimits } from '../backend';
import { startZImageSandbox } from './server';

export const backend: Backend = {
	id: 'zImage',
	displayName: 'Z-Image',
	position: 2,
	start: startZImageSandbox,
	webhooks: false,
	credential: {
		type: 'zImageApi',
		fields: (baseUrl) => ({ ...noLimits, baseUrl, authKey: 'client-key-1' }),
	},
};
